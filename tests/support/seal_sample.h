// SPDX-License-Identifier: BSD-2-Clause
// A sound seal for tests, in memory that a test can damage.
#ifndef SEAL_SAMPLE_H
#define SEAL_SAMPLE_H

#include <stdint.h>
#include <string.h>

#include <btl/machine.h>
#include <btl/seal.h>

#define SEAL_SAMPLE_LINES        5
#define SEAL_SAMPLE_MAX          8192 // bytes of the file
#define SEAL_SAMPLE_PE           64   // offset of "PE\0\0"
#define SEAL_SAMPLE_TABLE        (SEAL_SAMPLE_PE + 24 + 240)
#define SEAL_SAMPLE_CERTIFICATES (SEAL_SAMPLE_PE + 24 + 112 + 4 * 8) // directory entry

// test_memory of btl_test.h is included before.
struct seal_sample {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_seal_line lines[SEAL_SAMPLE_LINES];
    struct btl_seal seal;
    uint8_t file[SEAL_SAMPLE_MAX];
    size_t size;
};

static inline void seal_sample_put(struct seal_sample *sample, size_t offset, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        sample->file[offset + i] = (uint8_t)(value >> 8 * i);
}

static inline void seal_sample_begin(struct seal_sample *sample, const struct btl_machine *machine)
{
    static const char *const paths[SEAL_SAMPLE_LINES] = {
        "/loader.conf", "/kernel/kernel.elf", "/modules/a.ko", "/modules/B.ko", "/with blank"};
    memset(sample, 0, sizeof(*sample));
    test_memory_begin(&sample->memory);
    sample->diags.arena = &sample->memory.arena;
    for (uint32_t i = 0; i < SEAL_SAMPLE_LINES; i++) {
        sample->lines[i] = (struct btl_seal_line){.kind = i < BTL_SEAL_FILE ? (enum btl_seal_kind)i
                                                                            : BTL_SEAL_FILE,
                                                  .size = i * 1000,
                                                  .path = btl_str_of(paths[i])};
        memset(sample->lines[i].sha256, (int)(i * 17), sizeof(sample->lines[i].sha256));
    }
    sample->seal = (struct btl_seal){.machine = machine,
                                     .level = 3,
                                     .revoke = 2,
                                     .allow = BTL_SEAL_ALLOW_MENU | BTL_SEAL_ALLOW_SHELL,
                                     .lines = sample->lines,
                                     .count = SEAL_SAMPLE_LINES};
    struct btl_bytes file = btl_seal_write(&sample->seal, &sample->memory.arena);
    memcpy(sample->file, file.at, file.size);
    sample->size = file.size;
}

// Append a certificate table of `size` bytes.
static inline void seal_sample_sign(struct seal_sample *sample, uint32_t size)
{
    seal_sample_put(sample, SEAL_SAMPLE_CERTIFICATES, (uint32_t)sample->size);
    seal_sample_put(sample, SEAL_SAMPLE_CERTIFICATES + 4, size);
    memset(sample->file + sample->size, 'c', size);
    sample->size += size;
}

static inline bool seal_sample_opens(struct seal_sample *sample, struct btl_seal *ret_seal)
{
    struct btl_bytes block = test_block(&sample->memory, sample->file, sample->size);
    return btl_seal_open(block, (struct btl_place){.file = BTL_STR("/loader.conf.seal")},
                         sample->seal.machine, &sample->memory.arena, ret_seal, &sample->diags);
}

static inline void seal_sample_end(struct seal_sample *sample)
{
    test_memory_end(&sample->memory);
}

#endif

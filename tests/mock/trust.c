// SPDX-License-Identifier: BSD-2-Clause
#include "trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>

static const uint8_t global[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                   0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
static const uint8_t shim[16] = {0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43,
                                 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23};

void trust_put(struct mock *mock, const char *name, uint8_t value, uint32_t attributes)
{
    mock_variable_of(mock, strcmp(name, "MokSBState") == 0 ? shim : global, name, &value, 1,
                     attributes);
}

void trust_enforce(struct mock *mock)
{
    trust_put(mock, "SecureBoot", 1, TRUST_SEEN);
    trust_put(mock, "SetupMode", 0, TRUST_SEEN);
}

// Bytes and names that outlive the mock.
static void *trust_keep(size_t size)
{
    static void *kept[1024];
    static size_t count;
    assert_true(count < BTL_COUNT(kept));
    kept[count] = calloc(1, size);
    assert_non_null(kept[count]);
    return kept[count++];
}

static struct btl_seal_line trust_line(struct mock *mock, enum btl_seal_kind kind, const char *path)
{
    const struct mock_file *file = mock_file(mock, path);
    struct btl_seal_line line = {.kind = kind, .size = file->size, .path = btl_str_of(path)};
    btl_sha256((struct btl_bytes){file->bytes, file->size}, line.sha256);
    return line;
}

// Fill in lines[]. Return their number.
static uint32_t trust_list(struct mock *mock, const struct trust_seal *what, const char *conf,
                           struct btl_seal_line lines[2 + TRUST_FILES])
{
    static const char *const ordinary[TRUST_FILES] = {"/modules/base.ko", "/modules/late.ko",
                                                      "/modules/lazy.ko", "/modules/user.ko"};
    const char *const *files = what->files[0] != NULL ? what->files : ordinary;
    uint32_t count = 0;
    lines[count++] = trust_line(mock, BTL_SEAL_CONFIG, conf);
    lines[count++] = trust_line(mock, BTL_SEAL_KERNEL,
                                what->kernel != NULL ? what->kernel : "/kernel/kernel.elf");
    for (size_t i = 0; i < TRUST_FILES && files[i] != NULL; i++)
        lines[count++] = trust_line(mock, BTL_SEAL_FILE, files[i]);
    return count;
}

struct mock_file *trust_seal(struct mock *mock, const struct trust_seal *what)
{
    static uint8_t memory[1u << 16];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_seal_line lines[2 + TRUST_FILES];
    const char *conf = what->conf != NULL ? what->conf : "/loader.conf";
    struct btl_seal seal = {.machine = btl_machine_find(ELF_MACHINE_X86_64),
                            .level = what->level != 0 ? what->level : 1,
                            .revoke = what->revoke,
                            .allow = what->allow,
                            .lines = lines};
    seal.count = trust_list(mock, what, conf, lines);
    struct btl_bytes bytes = btl_seal_write(&seal, &arena);
    assert_non_null(bytes.at);
    char *path = trust_keep(strlen(conf) + sizeof(BTL_SEAL_SUFFIX));
    sprintf(path, "%s" BTL_SEAL_SUFFIX, conf);
    void *kept = trust_keep(bytes.size);
    memcpy(kept, bytes.at, bytes.size);
    struct mock_file *file = mock_add(mock, path, kept, bytes.size);
    file->trusted = !what->foreign;
    return file;
}

struct mock *trust_begin(const struct trust_seal *what)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    trust_seal(mock, what);
    return mock;
}

void trust_change(struct mock *mock, const char *path)
{
    struct mock_file *file = mock_file(mock, path);
    uint8_t *copy = trust_keep(file->size);
    memcpy(copy, file->bytes, file->size);
    copy[file->size - 1] ^= 1;
    file->bytes = copy;
}

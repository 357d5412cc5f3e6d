// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a seal, and as the list of one. What is accepted is written again, to the same list;
// every line is found under its path.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include <btl/machine.h>
#include <btl/seal.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_lines(const struct btl_seal *seal)
{
    require(seal->count >= BTL_SEAL_FILE && seal->revoke <= seal->level);
    require(seal->level <= BTL_SEAL_LEVEL_MAX && seal->allow < 1u << BTL_SEAL_ALLOWS);
    for (uint32_t i = 0; i < seal->count; i++) {
        const struct btl_seal_line *line = &seal->lines[i];
        require(line->size <= BTL_SEAL_SIZE_MAX && btl_is_path(line->path));
        require(line->kind == (i < BTL_SEAL_FILE ? (enum btl_seal_kind)i : BTL_SEAL_FILE));
        require(btl_seal_find(seal, line->path) == line);
        require(btl_seal_judge(seal, line->path, line->size, line->sha256) ==
                BTL_SEAL_VERDICT_FITS);
    }
}

// There is one text of a list.
static void check_text(struct test_memory *memory, const struct btl_seal *seal, struct btl_str text)
{
    char *copy = BTL_NEW_ARRAY(&memory->arena, char, text.len + 1);
    struct btl_buffer buffer = btl_buffer(copy, text.len + 1);
    btl_seal_print(seal, &buffer.out);
    require(btl_str_equal(btl_buffer_text(&buffer), text) && buffer.len == text.len);
}

static void check_envelope(struct test_memory *memory, const struct btl_seal *seal)
{
    struct btl_seal again;
    struct btl_diags diags = {.arena = &memory->arena};
    struct btl_bytes file = btl_seal_write(seal, &memory->arena);
    require(file.at != NULL && file.size % 512 == 0);
    require(
        btl_seal_open(file, (struct btl_place){0}, seal->machine, &memory->arena, &again, &diags));
    require(again.count == seal->count && again.level == seal->level);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_seal seal;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    const struct btl_machine *machine = btl_machine_find(ELF_MACHINE_X86_64);
    struct btl_bytes file = test_block(&memory, data, size);
    struct btl_str text = {(const char *)file.at, file.size};
    bool good = btl_seal_open(file, (struct btl_place){0}, machine, &memory.arena, &seal, &diags);
    require(good == (diags.errors == 0));
    if (good)
        check_lines(&seal);
    uint32_t before = diags.errors;
    good = btl_seal_read(text, (struct btl_place){0}, machine, &memory.arena, &seal, &diags);
    require(diags.errors == before + !good); // one message
    if (good) {
        check_lines(&seal);
        check_text(&memory, &seal, text);
        check_envelope(&memory, &seal);
    }
    test_memory_end(&memory);
    return 0;
}

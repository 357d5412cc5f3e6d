// SPDX-License-Identifier: BSD-2-Clause
#include "btl_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_chunk {
    struct test_chunk *next;
    void *block;
};

#define LARGE (64u << 10)

static void *take_block(struct test_memory *memory, size_t align, size_t size)
{
    struct test_chunk *chunk = malloc(sizeof(*chunk));
    void *block = NULL;
    if (chunk == NULL || posix_memalign(&block, align, size) != 0)
        abort(); // the machine itself has no memory: no test can go on
    *chunk = (struct test_chunk){memory->chunks, block};
    memory->chunks = chunk;
    return block;
}

// In exact mode the chunk begins one byte past an aligned address, so that padding and size
// together take all of `bytes` and nothing is left for the next allocation.
static bool grow(struct btl_arena *arena, size_t bytes)
{
    struct test_memory *memory = arena->owner;
    if (memory->limit == 0) {
        memory->refused++;
        return false;
    }
    memory->limit--;
    if (memory->exact) {
        size_t align = bytes < 4096 ? 64 : 4096;
        arena->at = (uint8_t *)take_block(memory, align, bytes + 1) + 1;
        arena->end = arena->at + bytes;
        return true;
    }
    size_t size = bytes < LARGE ? LARGE : bytes;
    arena->at = take_block(memory, 64, size);
    arena->end = arena->at + size;
    return true;
}

void test_memory_begin(struct test_memory *memory)
{
    *memory = (struct test_memory){.limit = SIZE_MAX};
    memory->arena = (struct btl_arena){.grow = grow, .owner = memory};
}

void test_memory_begin_limited(struct test_memory *memory, size_t allocations)
{
    *memory = (struct test_memory){.exact = true, .limit = allocations};
    memory->arena = (struct btl_arena){.grow = grow, .owner = memory};
}

void test_memory_end(struct test_memory *memory)
{
    while (memory->chunks != NULL) {
        struct test_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        free(chunk->block);
        free(chunk);
    }
    memory->arena = (struct btl_arena){0};
}

struct text_out {
    struct btl_out out;
    char *text;
    size_t len, size;
};

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct text_out *to = out->owner;
    if (to->size - to->len <= len) {
        to->size = 2 * (to->size + len) + 1;
        to->text = realloc(to->text, to->size);
        if (to->text == NULL)
            abort();
    }
    memcpy(to->text + to->len, text, len);
    to->len += len;
    to->text[to->len] = '\0';
}

static void begin_text(struct text_out *to)
{
    *to = (struct text_out){.text = calloc(1, 1), .size = 1};
    to->out = (struct btl_out){.put = put, .owner = to};
}

static const char *end_text(struct test_memory *memory, struct text_out *to)
{
    char *kept = take_block(memory, sizeof(void *), to->len + 1);
    memcpy(kept, to->text, to->len + 1);
    free(to->text);
    return kept;
}

const char *test_codes(struct test_memory *memory, const struct btl_diags *diags)
{
    struct text_out to;
    begin_text(&to);
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next)
        btl_format(&to.out, "%s%s", diag == diags->first ? "" : " ", btl_code_name(diag->code));
    return end_text(memory, &to);
}

const char *test_diag_text(struct test_memory *memory, const struct btl_diag *diag)
{
    struct text_out to;
    begin_text(&to);
    btl_diag_print(&to.out, diag);
    return end_text(memory, &to);
}

const char *test_diags_text(struct test_memory *memory, const struct btl_diags *diags)
{
    struct text_out to;
    begin_text(&to);
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        btl_diag_print(&to.out, diag);
        btl_format(&to.out, "\n");
    }
    return end_text(memory, &to);
}

size_t test_count_code(const struct btl_diags *diags, enum btl_code code)
{
    size_t count = 0;
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next)
        count += diag->code == code;
    return count;
}

const struct btl_diag *test_find_code(const struct btl_diags *diags, enum btl_code code)
{
    const struct btl_diag *diag = diags->first;
    while (diag != NULL && diag->code != code)
        diag = diag->next;
    return diag;
}

const char *test_text(struct test_memory *memory, struct btl_str text)
{
    char *kept = take_block(memory, sizeof(void *), text.len + 1);
    if (text.len > 0)
        memcpy(kept, text.at, text.len);
    kept[text.len] = '\0';
    return kept;
}

struct btl_bytes test_block(struct test_memory *memory, const void *bytes, size_t size)
{
    // One byte at least, so that the block of an empty copy is not NULL.
    uint8_t *kept = take_block(memory, 64, size > 0 ? size : 1);
    if (size > 0)
        memcpy(kept, bytes, size);
    return (struct btl_bytes){kept, size};
}

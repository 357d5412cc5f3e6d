// SPDX-License-Identifier: BSD-2-Clause
// What two lists of lines do not have in common.
#include "lines.h"

#include <btl/symtab.h>

struct lines lines_of(struct host *host, struct btl_str text)
{
    struct lines lines = {0};
    struct btl_str rest = text, line;
    uint32_t count = 0;
    while (btl_take_line(&rest, &line))
        count++;
    lines.line = MEMORY_ARRAY(host->arena, struct btl_str, count);
    while (btl_take_line(&text, &line)) {
        if (btl_str_ends(line, BTL_STR("\r")))
            line.len--;
        lines.line[lines.count++] = line;
    }
    return lines;
}

// How often each line occurs. The table maps a line to the index of its first occurrence.
struct tally {
    struct btl_symtab names;
    uint32_t *left; // by index
};

static uint32_t *tally_find(const struct tally *tally, struct btl_str line)
{
    const struct btl_export *symbol = btl_symtab_find(&tally->names, line);
    return symbol == NULL ? NULL : &tally->left[symbol->value];
}

static void tally_lines(struct host *host, struct tally *tally, const struct lines *lines)
{
    if (!btl_symtab_init(&tally->names, lines->count, host->arena))
        return;
    tally->left = MEMORY_ARRAY(host->arena, uint32_t, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        uint32_t *left = tally_find(tally, lines->line[i]);
        tally->left[i] = left == NULL;
        if (left == NULL)
            btl_symtab_add(&tally->names, lines->line[i], i, 0, NULL);
        else
            ++*left;
    }
}

// Mark the lines that occur more often in `lines` than in `other`.
static uint32_t mark_lines(struct host *host, struct lines *lines, const struct lines *other)
{
    struct tally tally = {0};
    uint32_t marked = 0;
    tally_lines(host, &tally, other);
    lines->only = MEMORY_ARRAY(host->arena, bool, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        uint32_t *left = tally_find(&tally, lines->line[i]);
        lines->only[i] = left == NULL || *left == 0;
        if (lines->only[i])
            marked++;
        else
            --*left;
    }
    return marked;
}

uint32_t lines_compare(struct host *host, struct lines *a, struct lines *b)
{
    uint32_t marked = mark_lines(host, a, b);
    return marked + mark_lines(host, b, a);
}

uint32_t lines_first_difference(const struct lines *a, const struct lines *b)
{
    uint32_t i = 0;
    while (i < a->count && i < b->count && btl_str_equal(a->line[i], b->line[i]))
        i++;
    return i;
}

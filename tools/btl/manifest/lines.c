// SPDX-License-Identifier: BSD-2-Clause
#include "lines.h"

#include <string.h>

#include <btl/symtab.h>

static struct btl_str next_line(struct btl_str *rest)
{
    const char *end = memchr(rest->at, '\n', rest->len);
    struct btl_str line = {rest->at, end == NULL ? rest->len : (size_t)(end - rest->at)};
    size_t used = line.len + (end != NULL);
    rest->at += used;
    rest->len -= used;
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

struct lines lines_of(struct host *host, struct btl_str text)
{
    struct lines lines = {0};
    uint32_t count = 0;
    for (struct btl_str rest = text; rest.len > 0; count++)
        next_line(&rest);
    lines.line = MEMORY_ARRAY(host->arena, struct btl_str, count);
    while (text.len > 0)
        lines.line[lines.count++] = next_line(&text);
    return lines;
}

// How often each line is there: the table of names gives it a number, its first place in `list`.
struct tally {
    struct btl_symtab names;
    uint32_t *left; // by number
};

static uint32_t *find(const struct tally *tally, struct btl_str line)
{
    const struct btl_export *symbol = btl_symtab_find(&tally->names, line);
    return symbol == NULL ? NULL : &tally->left[symbol->value];
}

static void count_lines(struct host *host, struct tally *tally, const struct lines *lines)
{
    if (!btl_symtab_init(&tally->names, lines->count, host->arena))
        return;
    tally->left = MEMORY_ARRAY(host->arena, uint32_t, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        uint32_t *left = find(tally, lines->line[i]);
        tally->left[i] = left == NULL;
        if (left == NULL)
            btl_symtab_add(&tally->names, lines->line[i], i, 0, NULL);
        else
            ++*left;
    }
}

// Marks what `lines` has more often than `other`.
static uint32_t mark(struct host *host, struct lines *lines, const struct lines *other)
{
    struct tally tally = {0};
    uint32_t marked = 0;
    count_lines(host, &tally, other);
    lines->only = MEMORY_ARRAY(host->arena, bool, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        uint32_t *left = find(&tally, lines->line[i]);
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
    uint32_t marked = mark(host, a, b);
    return marked + mark(host, b, a);
}

uint32_t lines_first_difference(const struct lines *a, const struct lines *b)
{
    uint32_t i = 0;
    while (i < a->count && i < b->count && btl_str_equal(a->line[i], b->line[i]))
        i++;
    return i;
}

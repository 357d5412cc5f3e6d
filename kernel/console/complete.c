// SPDX-License-Identifier: BSD-2-Clause
#include "console/complete.h"

static size_t common_length(struct btl_str a, struct btl_str b)
{
    size_t len = 0;

    while (len < a.len && len < b.len && a.at[len] == b.at[len])
        len++;
    return len;
}

// Count the candidates that begin with `prefix`; *ret_common is their common beginning.
static uint32_t candidates_count(const struct line *line, bool first, struct btl_str prefix,
                                 struct btl_str *ret_common)
{
    struct btl_str word;
    uint32_t found = 0;

    for (uint32_t i = 0; line->candidate(i, first, &word); i++) {
        if (!btl_str_begins(word, prefix))
            continue;
        if (found++ == 0)
            *ret_common = word;
        else
            ret_common->len = common_length(*ret_common, word);
    }
    return found;
}

static void candidates_list(const struct line *line, bool first, struct btl_str prefix,
                            struct btl_out *echo)
{
    struct btl_str word;

    btl_format(echo, "\n");
    for (uint32_t i = 0; line->candidate(i, first, &word); i++)
        if (btl_str_begins(word, prefix))
            btl_format(echo, "%pS ", &word);
    btl_format(echo, "\n%s%s", line->prompt != NULL ? line->prompt : "", line->text);
}

void line_complete(struct line *line, struct btl_out *echo)
{
    size_t start = line->len, words = 0;
    struct btl_str prefix, shared = {"", 0};
    uint32_t found;
    bool first;

    while (start > 0 && line->text[start - 1] != ' ')
        start--;
    while (words < start && line->text[words] == ' ')
        words++;
    first = words == start;
    prefix = (struct btl_str){line->text + start, line->len - start};
    found = line->candidate != NULL ? candidates_count(line, first, prefix, &shared) : 0;
    if (found == 0)
        btl_format(echo, "\a");
    else if (found > 1 && shared.len == prefix.len)
        candidates_list(line, first, prefix, echo);
    else
        line_insert(line, (struct btl_str){shared.at + prefix.len, shared.len - prefix.len}, echo);
    if (found == 1)
        line_insert(line, BTL_STR(" "), echo);
}

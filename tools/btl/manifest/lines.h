// SPDX-License-Identifier: BSD-2-Clause
// What two lists of lines do not have in common.
#ifndef BTL_HOST_MANIFEST_LINES_H
#define BTL_HOST_MANIFEST_LINES_H

#include "host.h"

struct lines {
    struct btl_str *line;
    uint32_t count;
    bool *only; // not in the other list, once for each time it is there more often
};

// Text cut at its newlines; carriage returns at their ends are left out.
struct lines lines_of(struct host *host, struct btl_str text);
// Fills in `only` of both. Linear (hashed). How many of both lists are.
uint32_t lines_compare(struct host *host, struct lines *a, struct lines *b);
// The first line in which they differ, 0-based; the length of the shorter when it is a beginning of
// the other.
uint32_t lines_first_difference(const struct lines *a, const struct lines *b);

#endif

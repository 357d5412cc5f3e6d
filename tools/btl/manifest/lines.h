// SPDX-License-Identifier: BSD-2-Clause
// What two lists of lines do not have in common.
#ifndef BTL_HOST_MANIFEST_LINES_H
#define BTL_HOST_MANIFEST_LINES_H

#include "host.h"

struct lines {
    struct btl_str *line;
    uint32_t count;
    bool *only; // not in the other list, or more often in this one
};

// Split a text into lines, without the carriage returns at their ends.
struct lines lines_of(struct host *host, struct btl_str text);
// Set `only` in both lists; return how many lines have it. Linear (hashed).
uint32_t lines_compare(struct host *host, struct lines *a, struct lines *b);
// The index of the first line that differs; the length of the shorter list when it is a prefix of
// the other.
uint32_t lines_first_difference(const struct lines *a, const struct lines *b);

#endif

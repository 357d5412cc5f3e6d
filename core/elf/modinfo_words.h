// SPDX-License-Identifier: BSD-2-Clause
// The small grammar of metadata values: names, lists of names, pairs.
#ifndef BTL_CORE_MODINFO_WORDS_H
#define BTL_CORE_MODINFO_WORDS_H

#include <btl/types.h>

// A list separated by commas. An empty one has no item, "a," has two.
struct words_list {
    struct btl_str rest;
    bool more;
};
struct words_list words_list(struct btl_str text);
bool words_next(struct words_list *list, struct btl_str *ret_item); // false after the last
uint32_t words_count(struct btl_str text);                          // items of the list

// Is it made of letters, digits, '_', '-' and `extra` alone, at least one?
bool words_is_name(struct btl_str text, char extra);

// Find a control character, which would drive the terminal that shows the text. `lines`: a tab and
// a line end are none. False: there is none.
bool words_find_control(struct btl_str text, bool lines, uint32_t *ret_control);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Text on its way to a terminal: character by character, and by lines that fit. What a terminal
// must not get (control characters, bytes that are not UTF-8) becomes '?' here.
#ifndef BTL_EFI_MENU_TEXT_H
#define BTL_EFI_MENU_TEXT_H

#include <btl/format.h>

// The next character that can be shown, from text[*at] on, and the columns it takes (1 or 2); *at
// is moved behind it. Characters that take no column of their own are left out. False at the end.
bool menu_next_char(struct btl_str text, size_t *at, uint32_t *ret_point, uint32_t *ret_width);
// Columns of the whole text.
uint32_t menu_width(struct btl_str text);

#define MENU_WRAP_MAX 255 // columns

// Text cut into lines of `columns`, at blanks where there are some.
struct menu_wrap {
    struct btl_out out;
    uint32_t columns;
    void (*line)(void *owner, struct btl_str line); // without its end
    void *owner;
    char text[4 * MENU_WRAP_MAX + 8];
    size_t len, blank; // bytes; blank: behind the last blank at which it can be cut, or 0
    uint32_t used;     // columns
    char partial[4];   // a character of which the rest has not come yet
    uint32_t partial_len;
};
void menu_wrap_begin(struct menu_wrap *wrap, uint32_t columns,
                     void (*line)(void *owner, struct btl_str line), void *owner);
// What has no newline behind it.
void menu_wrap_end(struct menu_wrap *wrap);

#endif

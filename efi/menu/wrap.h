// SPDX-License-Identifier: BSD-2-Clause
// Text cut into lines that fit a terminal, at blanks where there are some. What a terminal must not
// get becomes '?' (glyph.h).
#ifndef BTL_EFI_MENU_WRAP_H
#define BTL_EFI_MENU_WRAP_H

#include <btl/format.h>

#include "glyph.h"

#define MENU_WRAP_MAX 255 // columns

struct menu_wrap {
    struct btl_out out;
    uint32_t columns;
    void (*line)(void *owner, struct btl_str line); // gets each line, without its end
    void *owner;
    char text[4 * MENU_WRAP_MAX + 8];
    size_t len, blank; // bytes; blank: the end of the last blank at which it can be cut, or 0
    uint32_t used;     // columns
    struct glyph_input input;
};
void menu_wrap_begin(struct menu_wrap *wrap, uint32_t columns,
                     void (*line)(void *owner, struct btl_str line), void *owner);
void menu_wrap_end(struct menu_wrap *wrap); // puts the last line, when it has no newline

#endif

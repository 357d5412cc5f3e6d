// SPDX-License-Identifier: BSD-2-Clause
// The screen as rows and columns: what is to be seen is drawn in memory, and what differs from what
// is seen already goes to the terminal.
#ifndef BTL_EFI_MENU_SCREEN_H
#define BTL_EFI_MENU_SCREEN_H

#include <btl/arena.h>

#include "firmware.h"

struct menu_cell {
    uint32_t point; // a character; MENU_CELL_TAIL: the second column of a wide one
    uint32_t style; // enum fw_style
};
#define MENU_CELL_TAIL UINT32_MAX

struct menu_screen {
    struct firmware *fw;
    uint32_t rows, columns;
    struct menu_cell *seen, *wanted; // rows * columns
    uint32_t cursor_row, cursor_column;
    bool cursor, cursor_seen; // is to be shown; is shown
};

// NULL: no memory.
struct menu_screen *menu_screen_new(struct firmware *fw, uint32_t rows, uint32_t columns,
                                    struct btl_arena *arena);
// The terminal is cleared.
void menu_screen_begin(struct menu_screen *screen);
void menu_screen_end(struct menu_screen *screen);
// Everything wanted is empty again.
void menu_screen_wipe(struct menu_screen *screen);
// `width` columns from `column` on: the text, cut or filled up with blanks. Returns the columns
// that the text took. What lies outside of the screen is left out.
uint32_t menu_screen_put(struct menu_screen *screen, uint32_t row, uint32_t column, uint32_t width,
                         enum fw_style style, struct btl_str text);
void menu_screen_flush(struct menu_screen *screen);

#endif

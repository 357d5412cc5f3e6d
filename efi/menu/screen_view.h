// SPDX-License-Identifier: BSD-2-Clause
// The parts of the menu as a screen: the frame, a page, a question, a text.
#ifndef BTL_EFI_MENU_SCREEN_VIEW_H
#define BTL_EFI_MENU_SCREEN_VIEW_H

#include "model.h"
#include "screen.h"
#include "wrap.h"

enum { CTRL_K = 11, CTRL_N = 14, CTRL_P = 16, CTRL_U = 21, CTRL_W = 23 };

// An area of the screen.
struct area {
    uint32_t row, column, rows, columns;
};

// Lines of a text on their way into an area.
struct filler {
    struct menu_screen *screen;
    struct area area;
    enum fw_style style;
    uint32_t first, count; // the line that is the area's first; lines so far
};
void fill_line(void *owner, struct btl_str line); // for menu_wrap_begin(), with the filler
// The end of the text. Where it does not fit, `more` stands in the area's last row.
void fill_end(struct filler *filler, struct menu_wrap *wrap, const char *more);

// The frame of every screen: title, what came of the last command, keys. `brief` where the screen
// is narrow.
void draw_title(struct boot *boot, const char *title);
void draw_said(struct boot *boot);
void draw_help(struct boot *boot, const char *text, const char *brief);
uint32_t draw_z(struct menu_screen *screen, uint32_t row, uint32_t column, uint32_t width,
                enum fw_style style, const char *text);

// The page that is open, with the selected row in sight. Returns how many rows its list has.
uint32_t draw_page(struct boot *boot);

// For menu_screen_view.
bool menu_screen_ask(struct boot *boot, struct menu_question *question);
void menu_screen_show(struct boot *boot, const char *title,
                      void (*print)(const void *what, struct btl_out *out), const void *what);

#endif

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

// Draw a text, wrapped, into an area, from its line `first` on. Returns the lines of the whole
// text. `more` is in the area's last row when the end does not fit; it may be NULL.
struct screen_text {
    void (*print)(const void *what, struct btl_out *out);
    const void *what;
    uint32_t first;
    enum fw_style style;
    const char *more;
};
uint32_t draw_text(struct menu_screen *screen, const struct area *area,
                   const struct screen_text *text);

// The frame of every screen: title, message, keys. `brief` is for narrow screens.
void draw_title(struct boot *boot, const char *title);
void draw_message(struct boot *boot);
void draw_help(struct boot *boot, const char *text, const char *brief);
uint32_t draw_z(struct menu_screen *screen, uint32_t row, uint32_t column, uint32_t width,
                enum fw_style style, const char *text);

// Draw the open page with the selected row in sight. Returns the rows of its list.
uint32_t draw_page(struct boot *boot);

// For menu_screen_view.
bool screen_ask(struct boot *boot, struct menu_question *question);
void screen_show_text(struct boot *boot, const char *title,
                      void (*print)(const void *what, struct btl_out *out), const void *what);

#endif

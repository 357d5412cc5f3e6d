// SPDX-License-Identifier: BSD-2-Clause
// A long text on the screen, page by page. It is printed anew for each page, and nothing of it
// kept: so it may have any length.
#include "screen_view.h"

#define TITLE_MAX 512

// Draws the text from line `first` on; how many lines it has.
static uint32_t draw_text(struct boot *boot, const char *title, uint32_t first,
                          void (*print)(const void *what, struct btl_out *out), const void *what)
{
    struct menu_screen *screen = boot->menu.screen;
    struct area area = {1, 1, screen->rows - 2, screen->columns - 1};
    struct filler filler = {.screen = screen, .area = area, .first = first};
    struct menu_wrap wrap;
    char text[TITLE_MAX];
    menu_screen_wipe(screen);
    menu_wrap_begin(&wrap, area.columns, fill_line, &filler);
    print(what, &wrap.out);
    menu_wrap_end(&wrap);
    uint32_t last = filler.count - first < area.rows ? filler.count : first + area.rows;
    btl_format_to(text, sizeof(text), "%s, lines %u to %u of %u", title, first + 1, last,
                  filler.count);
    draw_title(boot, text);
    draw_help(boot,
              "Up/Down: line  Page Up/Page Down or b/Space: page  Home/End  Escape or q: back",
              "Arrows, Space: on  Escape: back");
    menu_screen_flush(screen);
    return filler.count;
}

static uint32_t scroll(fw_key key, uint32_t first, uint32_t count, uint32_t rows)
{
    uint32_t last = count > rows ? count - rows : 0, to = first;
    if (key == FW_KEY_DOWN || key == '\r' || key == CTRL_N)
        to = first + 1;
    else if (key == FW_KEY_UP || key == CTRL_P)
        to = first - (first > 0);
    else if (key == FW_KEY_PAGE_DOWN || key == ' ')
        to = first + rows;
    else if (key == FW_KEY_PAGE_UP || key == 'b')
        to = first < rows ? 0 : first - rows;
    else if (key == FW_KEY_HOME)
        to = 0;
    else if (key == FW_KEY_END)
        to = last;
    return to > last ? last : to;
}

void menu_screen_show(struct boot *boot, const char *title,
                      void (*print)(const void *what, struct btl_out *out), const void *what)
{
    uint32_t first = 0;
    for (;;) {
        uint32_t count = draw_text(boot, title, first, print, what);
        fw_key key = menu_wait_key(boot);
        if (key == FW_KEY_ESCAPE || key == 'q' || key == '\b' || key == FW_KEY_LEFT)
            return;
        first = scroll(key, first, count, boot->menu.screen->rows - 2);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
// A long text on the screen, page by page. It is printed again for each page, so it may have any
// length.
#include "screen_view.h"

#define TITLE_MAX 512

// Draw a screen of the text. Returns the lines of the whole text.
static uint32_t draw_text_page(struct boot *boot, const char *title, const struct screen_text *text)
{
    struct menu_screen *screen = boot->menu.screen;
    struct area area = {1, 1, screen->rows - 2, screen->columns - 1};
    char long_title[TITLE_MAX];
    menu_screen_wipe(screen);
    uint32_t count = draw_text(screen, &area, text);
    uint32_t last = count - text->first < area.rows ? count : text->first + area.rows;
    btl_format_to(long_title, sizeof(long_title), "%s, lines %u to %u of %u", title,
                  text->first + 1, last, count);
    draw_title(boot, long_title);
    draw_help(boot,
              "Up/Down: line  Page Up/Page Down or b/Space: page  Home/End  Escape or q: back",
              "Arrows, Space: on  Escape: back");
    menu_screen_flush(screen);
    return count;
}

static uint32_t text_scroll(fw_key key, uint32_t first, uint32_t count, uint32_t rows)
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

void screen_show_text(struct boot *boot, const char *title,
                      void (*print)(const void *what, struct btl_out *out), const void *what)
{
    struct screen_text text = {.print = print, .what = what};
    for (;;) {
        uint32_t count = draw_text_page(boot, title, &text);
        fw_key key = menu_wait_key(boot);
        if (key == FW_KEY_ESCAPE || key == 'q' || key == '\b' || key == FW_KEY_LEFT)
            return;
        text.first = text_scroll(key, text.first, count, boot->menu.screen->rows - 2);
    }
}

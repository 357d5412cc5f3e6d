// SPDX-License-Identifier: BSD-2-Clause
// What every screen of the menu has, and text in an area of it.
#include "screen_view.h"

#include <btl/mem.h>

#define TITLE_MAX 512
#define HELP_LONG 78 // columns from which on there is room for the long line of keys

uint32_t draw_z(struct menu_screen *screen, uint32_t row, uint32_t column, uint32_t width,
                enum fw_style style, const char *text)
{
    return menu_screen_put(screen, row, column, width, style, btl_str_of(text));
}

// Lines of messages stand out.
static bool is_problem(struct btl_str line)
{
    static const char word[] = "error: ";
    for (size_t i = 0; i + sizeof(word) - 1 <= line.len; i++) {
        if (memcmp(line.at + i, word, sizeof(word) - 1) == 0)
            return true;
    }
    return false;
}

void fill_line(void *owner, struct btl_str line)
{
    struct filler *filler = owner;
    const struct area *area = &filler->area;
    uint32_t number = filler->count++;
    if (number < filler->first || number - filler->first >= area->rows)
        return;
    enum fw_style style =
        filler->style == FW_STYLE_NORMAL && is_problem(line) ? FW_STYLE_PROBLEM : filler->style;
    menu_screen_put(filler->screen, area->row + number - filler->first, area->column, area->columns,
                    style, line);
}

void fill_end(struct filler *filler, struct menu_wrap *wrap, const char *more)
{
    const struct area *area = &filler->area;
    menu_wrap_end(wrap);
    if (filler->count > area->rows && area->rows > 0)
        draw_z(filler->screen, area->row + area->rows - 1, area->column, area->columns,
               FW_STYLE_DIM, more);
}

void draw_title(struct boot *boot, const char *title)
{
    struct menu_screen *screen = boot->menu.screen;
    char text[TITLE_MAX];
    struct btl_str right = boot->core.choice.path;
    uint32_t width = glyph_columns(right);
    btl_format_to(text, sizeof(text), " BTL %s  %s", LOADER_VERSION, title);
    uint32_t used = draw_z(screen, 0, 0, screen->columns, FW_STYLE_TITLE, text);
    if (used + width + 3 < screen->columns)
        menu_screen_put(screen, 0, screen->columns - width - 1, width, FW_STYLE_TITLE, right);
}

void draw_help(struct boot *boot, const char *text, const char *brief)
{
    struct menu_screen *screen = boot->menu.screen;
    draw_z(screen, screen->rows - 1, 1, screen->columns - 1, FW_STYLE_DIM,
           screen->columns >= HELP_LONG ? text : brief);
}

void draw_said(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    draw_z(menu->screen, menu->screen->rows - 2, 1, menu->screen->columns - 1,
           menu->said_problem ? FW_STYLE_PROBLEM : FW_STYLE_GOOD, menu->said);
    menu->said[0] = '\0';
    menu->said_problem = false;
}

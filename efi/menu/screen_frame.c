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

struct filler {
    struct menu_screen *screen;
    const struct area *area;
    const struct screen_text *text;
    uint32_t count; // lines so far
};

static void fill_line(void *owner, struct btl_str line)
{
    struct filler *filler = owner;
    const struct area *area = filler->area;
    uint32_t number = filler->count++;
    enum fw_style style = filler->text->style;
    if (number < filler->text->first || number - filler->text->first >= area->rows)
        return;
    if (style == FW_STYLE_NORMAL && is_problem(line))
        style = FW_STYLE_PROBLEM;
    menu_screen_put(filler->screen, area->row + number - filler->text->first, area->column,
                    area->columns, style, line);
}

uint32_t draw_text(struct menu_screen *screen, const struct area *area,
                   const struct screen_text *text)
{
    struct filler filler = {.screen = screen, .area = area, .text = text};
    struct menu_wrap wrap;
    menu_wrap_begin(&wrap, area->columns, fill_line, &filler);
    text->print(text->what, &wrap.out);
    menu_wrap_end(&wrap);
    if (text->more != NULL && filler.count > area->rows && area->rows > 0)
        draw_z(screen, area->row + area->rows - 1, area->column, area->columns, FW_STYLE_DIM,
               text->more);
    return filler.count;
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

void draw_message(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    draw_z(menu->screen, menu->screen->rows - 2, 1, menu->screen->columns - 1,
           menu->message_problem ? FW_STYLE_PROBLEM : FW_STYLE_GOOD, menu->message);
    menu->message[0] = '\0';
    menu->message_problem = false;
}

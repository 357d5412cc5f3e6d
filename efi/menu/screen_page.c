// SPDX-License-Identifier: BSD-2-Clause
// One page of the menu on the screen: the pages' names, what is wrong, the rows, what is known
// about the selected one.
#include "screen_view.h"

#define TEXT_MAX 512

struct layout {
    struct area problems, list, details;
};

static void draw_tabs(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct menu_screen *screen = menu->screen;
    char text[TEXT_MAX];
    uint32_t column = 0;
    if (menu->page >= MENU_TABS) {
        btl_format_to(text, sizeof(text), " %s > %s", menu_pages[MENU_PAGE_MODULES]->name,
                      menu->module);
        draw_z(screen, 1, 0, screen->columns, FW_STYLE_TITLE, text);
        return;
    }
    draw_z(screen, 1, 0, screen->columns, FW_STYLE_TITLE, "");
    for (uint32_t page = 0; page < MENU_TABS; page++) {
        btl_format_to(text, sizeof(text), " %s ", menu_pages[page]->name);
        column += draw_z(screen, 1, column, (uint32_t)glyph_columns(btl_str_of(text)),
                         page == menu->page ? FW_STYLE_SELECTED : FW_STYLE_TITLE, text);
    }
}

static struct layout lay_out(const struct menu_screen *screen, uint32_t problem_lines)
{
    uint32_t rows = screen->rows, columns = screen->columns;
    uint32_t max = rows < 16 ? 1 : rows / 5;
    struct layout layout;
    layout.problems = (struct area){2, 1, problem_lines < max ? problem_lines : max, columns - 1};
    uint32_t top = 2 + layout.problems.rows + (rows >= 16);
    uint32_t details = rows >= 20 ? 6 : rows >= 14 ? 3 : 1;
    if (columns >= MENU_WIDE) {
        uint32_t left = columns / 2;
        layout.list = (struct area){top, 0, rows - 2 - top, left};
        layout.details = (struct area){top, left + 2, rows - 2 - top, columns - left - 3};
    } else {
        uint32_t gap = rows >= 14;
        layout.list = (struct area){top, 0, rows - 2 - top - details - gap, columns};
        layout.details = (struct area){rows - 2 - details, 1, details, columns - 1};
    }
    return layout;
}

static void draw_row(struct boot *boot, const struct area *list, uint32_t line,
                     const struct menu_row *row, bool selected)
{
    struct menu_screen *screen = boot->menu.screen;
    uint32_t row_number = list->row + line, name = list->columns >= 72 ? 26 : list->columns / 3 + 4;
    char mark[4] = {' ', row->key != 0 ? row->key : ' ', row->changed ? '*' : ' ', '\0'};
    enum fw_style style = selected ? FW_STYLE_SELECTED : row->off ? FW_STYLE_DIM : row->style;
    if (row->heading) {
        menu_screen_put(screen, row_number, 1, list->columns - 1, FW_STYLE_DIM, row->name);
        return;
    }
    draw_z(screen, row_number, 0, list->columns, style, mark);
    uint32_t used = menu_screen_put(screen, row_number, 4, list->columns - 4, style, row->name);
    uint32_t column = 4 + (used < name ? name : used + 1);
    if (column < list->columns)
        draw_z(screen, row_number, column, list->columns - column, style, row->text);
}

// Scroll until the selected row is in sight, and a heading right above it.
static void scroll_to_selected(struct boot *boot, uint32_t count, uint32_t rows)
{
    struct menu *menu = &boot->menu;
    struct menu_row row;
    uint32_t *selected = &menu->selected[menu->page], *top = &menu->top[menu->page];
    if (*selected >= count)
        *selected = count > 0 ? count - 1 : 0;
    uint32_t first = *selected;
    if (first > 0 && rows > 1) {
        menu_row_get(boot, menu->page, first - 1, &row);
        first -= row.heading;
    }
    if (*top > first)
        *top = first;
    if (rows > 0 && *selected >= *top + rows)
        *top = *selected - rows + 1;
    if (count <= rows)
        *top = 0;
}

static void draw_list(struct boot *boot, const struct area *list)
{
    struct menu *menu = &boot->menu;
    struct menu_row row;
    char text[48];
    uint32_t count = menu_row_count(boot, menu->page), top;
    scroll_to_selected(boot, count, list->rows);
    top = menu->top[menu->page];
    for (uint32_t line = 0; line < list->rows && top + line < count; line++) {
        menu_row_get(boot, menu->page, top + line, &row);
        draw_row(boot, list, line, &row, top + line == menu->selected[menu->page]);
    }
    if (count <= list->rows)
        return;
    // Which part of a long list is in sight.
    size_t len = btl_format_to(text, sizeof(text), "%u-%u of %u", top + 1, top + list->rows, count);
    if (len + 40 <= menu->screen->columns || menu->screen->columns >= 60)
        draw_z(menu->screen, 1, menu->screen->columns - (uint32_t)len - 1, (uint32_t)len,
               FW_STYLE_TITLE, text);
}

static void draw_details(struct boot *boot, const struct area *area)
{
    struct menu *menu = &boot->menu;
    struct menu_details details = {boot, menu->page, menu->selected[menu->page]};
    draw_text(menu->screen, area,
              &(struct screen_text){
                  .print = menu_print_details, .what = &details, .more = "... v shows all of it"});
}

// Draw what is wrong, in as many lines as it needs and may have.
static struct layout draw_problems(struct boot *boot)
{
    struct menu_screen *screen = boot->menu.screen;
    struct area none = {.columns = screen->columns - 1};
    struct screen_text text = {.print = menu_print_problems,
                               .what = boot,
                               .style = FW_STYLE_PROBLEM,
                               .more = "... d shows everything that is wrong"};
    struct layout layout = lay_out(screen, draw_text(screen, &none, &text));
    draw_text(screen, &layout.problems, &text);
    return layout;
}

uint32_t draw_page(struct boot *boot)
{
    menu_screen_wipe(boot->menu.screen);
    draw_title(boot, "boot menu");
    draw_tabs(boot);
    struct layout layout = draw_problems(boot);
    draw_list(boot, &layout.list);
    draw_details(boot, &layout.details);
    draw_message(boot);
    if (boot->menu.page < MENU_TABS)
        draw_help(boot,
                  "Up/Down: row  Left/Right: page  Return: take  v: details  b: boot  l: lines",
                  "Arrows  Return  v: details  b: boot");
    else
        draw_help(boot, "Up/Down: row  Return: take  v: details  Escape: back",
                  "Arrows  Return  Escape: back");
    menu_screen_flush(boot->menu.screen);
    return layout.list.rows;
}

// SPDX-License-Identifier: BSD-2-Clause
// The screen view: what each key means. Every screen is drawn whole into screen.h, which sends the
// differences.
#include "screen_view.h"

static bool row_is_heading(struct boot *boot, uint32_t index)
{
    struct menu_row row;
    menu_row_get(boot, boot->menu.page, index, &row);
    return row.heading;
}

// Select the next row that can be taken, `by` rows down or up.
static void move_selection(struct boot *boot, uint32_t by, bool down)
{
    struct menu *menu = &boot->menu;
    uint32_t count = menu_row_count(boot, menu->page), from = menu->selected[menu->page];
    if (count == 0)
        return;
    uint32_t to =
        down ? (count - 1 - from < by ? count - 1 : from + by) : (from < by ? 0 : from - by);
    while (row_is_heading(boot, to) && to > 0 && to + 1 < count)
        to = down ? to + 1 : to - 1;
    if (!row_is_heading(boot, to))
        menu->selected[menu->page] = to;
}

static bool move_key(struct boot *boot, fw_key key, uint32_t rows)
{
    uint32_t page = rows > 1 ? rows - 1 : 1;
    const struct {
        fw_key key;
        uint32_t by;
        bool down;
    } moves[] = {{FW_KEY_UP, 1, false},         {CTRL_P, 1, false},
                 {FW_KEY_DOWN, 1, true},        {CTRL_N, 1, true},
                 {FW_KEY_PAGE_UP, page, false}, {FW_KEY_PAGE_DOWN, page, true},
                 {FW_KEY_HOME, ~0u, false},     {FW_KEY_END, ~0u, true}};
    for (size_t i = 0; i < BTL_COUNT(moves); i++) {
        if (moves[i].key != key)
            continue;
        move_selection(boot, moves[i].by, moves[i].down);
        return true;
    }
    return false;
}

static bool turn_key(struct boot *boot, fw_key key, struct menu_command *ret)
{
    enum menu_page page = boot->menu.page;
    bool tabs = page < MENU_TABS;
    if (key == FW_KEY_ESCAPE || key == '\b' || (key == FW_KEY_LEFT && !tabs)) {
        *ret = (struct menu_command){.kind = MENU_BACK};
        return true;
    }
    if (!tabs || (key != FW_KEY_LEFT && key != FW_KEY_RIGHT && key != '\t'))
        return false;
    uint32_t step = key == FW_KEY_LEFT ? MENU_TABS - 1 : 1;
    ret->kind = MENU_TURN;
    ret->page = (enum menu_page)((page + step) % MENU_TABS);
    return true;
}

static struct menu_command screen_command(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    for (;;) {
        uint32_t rows = draw_page(boot);
        fw_key key = menu_wait_key(boot);
        if (key == 0)
            return (struct menu_command){.kind = MENU_TIMEOUT};
        if (move_key(boot, key, rows))
            continue;
        struct menu_command command = {.kind = key == 'v' ? MENU_DETAILS : MENU_TAKE,
                                       .page = menu->page,
                                       .row = menu->selected[menu->page]};
        if (key == '\r' || key == ' ' || key == 'v' || turn_key(boot, key, &command) ||
            menu_find_key(boot, menu->page, key, &command))
            return command;
    }
}

static void screen_begin(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    if (menu->screen == NULL)
        menu->screen = menu_screen_new(boot->fw, boot->facts.console_rows,
                                       boot->facts.console_columns, &boot->arena);
    menu->lines = menu->screen == NULL; // no memory for a screen
    if (menu->lines)
        menu_line_view.begin(boot);
    else
        menu_screen_begin(menu->screen);
}

static void screen_end(struct boot *boot)
{
    if (boot->menu.screen != NULL)
        menu_screen_end(boot->menu.screen);
}

const struct menu_view menu_screen_view = {screen_begin, screen_end, screen_command, screen_ask,
                                           screen_show_text};

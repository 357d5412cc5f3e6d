// SPDX-License-Identifier: BSD-2-Clause
// The menu as a screen: keys, and what they mean. Everything is drawn whole into menu_screen.h,
// which sends what is new.
#include "screen_view.h"

static bool is_heading(struct boot *boot, uint32_t index)
{
    struct menu_row row;
    menu_row(boot, boot->menu.page, index, &row);
    return row.heading;
}

// To the next row that can be taken, `by` rows on, down or up.
static void move(struct boot *boot, uint32_t by, bool down)
{
    struct menu *menu = &boot->menu;
    uint32_t count = menu_row_count(boot, menu->page), at = menu->selected[menu->page];
    if (count == 0)
        return;
    uint32_t to = down ? (count - 1 - at < by ? count - 1 : at + by) : at < by ? 0 : at - by;
    while (is_heading(boot, to) && to > 0 && to + 1 < count)
        to = down ? to + 1 : to - 1;
    if (!is_heading(boot, to))
        menu->selected[menu->page] = to;
}

static bool move_key(struct boot *boot, fw_key key, uint32_t rows)
{
    uint32_t page = rows > 1 ? rows - 1 : 1;
    switch (key) {
    case FW_KEY_UP:
    case CTRL_P:
        move(boot, 1, false);
        return true;
    case FW_KEY_DOWN:
    case CTRL_N:
        move(boot, 1, true);
        return true;
    case FW_KEY_PAGE_UP:
        move(boot, page, false);
        return true;
    case FW_KEY_PAGE_DOWN:
        move(boot, page, true);
        return true;
    case FW_KEY_HOME:
        move(boot, UINT32_MAX, false);
        return true;
    case FW_KEY_END:
        move(boot, UINT32_MAX, true);
        return true;
    default:
        return false;
    }
}

static bool turn_key(struct boot *boot, fw_key key, struct menu_command *ret)
{
    uint32_t page = boot->menu.page;
    bool tabs = page < MENU_TABS;
    if (key == FW_KEY_ESCAPE || key == '\b' || (key == FW_KEY_LEFT && !tabs)) {
        *ret = (struct menu_command){.kind = MENU_BACK};
        return true;
    }
    if (!tabs || (key != FW_KEY_LEFT && key != FW_KEY_RIGHT && key != '\t'))
        return false;
    uint32_t step = key == FW_KEY_LEFT ? MENU_TABS - 1 : 1;
    *ret = (struct menu_command){.kind = MENU_TURN, .page = (uint8_t)((page + step) % MENU_TABS)};
    return true;
}

static struct menu_command command(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct menu_command got;
    for (;;) {
        uint32_t rows = draw_page(boot);
        fw_key key = menu_wait_key(boot);
        if (key == 0)
            return (struct menu_command){.kind = MENU_NOBODY};
        got = (struct menu_command){.page = menu->page, .row = menu->selected[menu->page]};
        if (move_key(boot, key, rows))
            continue;
        if (turn_key(boot, key, &got))
            return got;
        got.kind = key == 'v' ? MENU_TELL : MENU_TAKE;
        if (key == '\r' || key == ' ' || key == 'v' || menu_key(boot, menu->page, key, &got))
            return got;
    }
}

// Without memory for a screen there are lines.
static void begin(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    if (menu->screen == NULL)
        menu->screen = menu_screen_new(boot->fw, boot->facts.console_rows,
                                       boot->facts.console_columns, &boot->arena);
    menu->line = menu->screen == NULL;
    if (menu->line)
        menu_line_view.begin(boot);
    else
        menu_screen_begin(menu->screen);
}

static void end(struct boot *boot)
{
    if (boot->menu.screen != NULL)
        menu_screen_end(boot->menu.screen);
}

const struct menu_view menu_screen_view = {begin, end, command, menu_screen_ask, menu_screen_show};

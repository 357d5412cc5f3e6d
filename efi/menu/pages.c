// SPDX-License-Identifier: BSD-2-Clause
// The pages, and what is common to them: rows, details, letters, commands.
#include "model.h"

const struct menu_page_type *const menu_pages[MENU_PAGES] = {
    [MENU_PAGE_BOOT] = &menu_boot_page,     [MENU_PAGE_MODULES] = &menu_modules_page,
    [MENU_PAGE_LOOK] = &menu_look_page,     [MENU_PAGE_MACHINE] = &menu_machine_page,
    [MENU_PAGE_MODULE] = &menu_module_page,
};

static uint32_t menu_list_count(const struct boot *boot, const struct menu_page_type *page)
{
    return page->count != NULL ? page->count(boot) : 0;
}

uint32_t menu_row_count(const struct boot *boot, enum menu_page page)
{
    return menu_pages[page]->item_count + menu_list_count(boot, menu_pages[page]);
}

// The item of a row. NULL: it is a row of the list, number *ret_index.
static const struct menu_item *menu_row_item(const struct boot *boot,
                                             const struct menu_page_type *page, uint32_t row,
                                             uint32_t *ret_index)
{
    uint32_t count = menu_list_count(boot, page);
    *ret_index = row - page->list_row;
    if (row < page->list_row)
        return &page->items[row];
    return *ret_index < count ? NULL : &page->items[row - count];
}

void menu_row_text(struct menu_row *row, const char *format, ...)
{
    size_t len = btl_str_of(row->text).len;
    va_list args;
    va_start(args, format);
    btl_vformat_to(row->text + len, sizeof(row->text) - len, format, args);
    va_end(args);
}

void menu_row_get(const struct boot *boot, enum menu_page page, uint32_t row, struct menu_row *ret)
{
    uint32_t index;
    const struct menu_item *item = menu_row_item(boot, menu_pages[page], row, &index);
    *ret = (struct menu_row){0};
    if (item == NULL) {
        menu_pages[page]->row(boot, index, ret);
        return;
    }
    ret->key = item->key;
    ret->name = btl_str_of(item->name);
    ret->heading = item->take == NULL;
    if (item->state != NULL)
        item->state(boot, ret);
}

void menu_print_details(const void *what, struct btl_out *out)
{
    const struct menu_details *details = what;
    const struct menu_page_type *page = menu_pages[details->page];
    uint32_t index;
    if (details->row >= menu_row_count(details->boot, details->page))
        return;
    const struct menu_item *item = menu_row_item(details->boot, page, details->row, &index);
    if (item == NULL) {
        page->details(details->boot, index, out);
        return;
    }
    if (item->about != NULL)
        btl_format(out, "%s\n", item->about);
    if (item->details != NULL)
        item->details(details->boot, out);
}

bool menu_find_key(const struct boot *boot, enum menu_page page, uint32_t letter,
                   struct menu_command *ret_command)
{
    bool tabs = page < MENU_TABS;
    for (page = tabs ? 0 : page; page < (tabs ? MENU_TABS : MENU_PAGES); page++) {
        const struct menu_page_type *type = menu_pages[page];
        for (uint32_t i = 0; i < type->item_count; i++) {
            if (type->items[i].key == 0 || (uint32_t)type->items[i].key != letter)
                continue;
            uint32_t row = i < type->list_row ? i : i + menu_list_count(boot, type);
            *ret_command = (struct menu_command){.kind = MENU_TAKE, .page = page, .row = row};
            return true;
        }
    }
    return false;
}

static enum menu_result menu_take(struct boot *boot, struct menu_command command)
{
    struct menu *menu = &boot->menu;
    uint32_t index;
    if (command.row >= menu_row_count(boot, command.page))
        return MENU_STAY;
    if (command.page >= MENU_TABS) // its details show the new value
        menu->selected[command.page] = command.row;
    const struct menu_page_type *page = menu_pages[command.page];
    const struct menu_item *item = menu_row_item(boot, page, command.row, &index);
    if (item == NULL)
        return page->take(boot, index);
    return item->take != NULL ? item->take(boot) : MENU_STAY;
}

enum menu_result menu_do(struct boot *boot, struct menu_command command)
{
    struct menu_details details = {boot, command.page, command.row};
    struct menu *menu = &boot->menu;
    switch (command.kind) {
    case MENU_TAKE:
        return menu_take(boot, command);
    case MENU_DETAILS:
        menu_view_of(boot)->show(boot, "Details", menu_print_details, &details);
        break;
    case MENU_TURN:
        menu->page = command.page;
        break;
    case MENU_BACK:
        menu->page = menu_pages[menu->page]->parent;
        break;
    case MENU_TIMEOUT:
        return MENU_BOOT;
    }
    return MENU_STAY;
}

// SPDX-License-Identifier: BSD-2-Clause
// The items, their letters and their rows.
#include "items.h"

#define FIRST_CONFIG 2 // row of the boot page

const struct menu_item menu_items[ITEMS] = {
    [ITEM_BOOT] = {'b', MENU_PAGE_BOOT, "Boot", "Starts what is planned."},
    [ITEM_OPTIONS] = {'o', MENU_PAGE_BOOT, "Kernel options",
                      "kernel_options: words for the kernel, for this boot."},
    [ITEM_SAFE] = {'s', MENU_PAGE_BOOT, "Safe boot",
                   "Only modules with on_error fallback, halt or required and what these need, all "
                   "tunables at their defaults."},
    [ITEM_UNDO] = {'u', MENU_PAGE_BOOT, "Undo all changes",
                   "Everything as the configuration says."},
    [ITEM_ADD] = {'a', MENU_PAGE_MODULES, "Add a module",
                  "Switches on a module that the configuration does not mention."},
    [ITEM_PLAN] = {'p', MENU_PAGE_LOOK, "Plan",
                   "Every module in the order of loading, with the reasons."},
    [ITEM_MANIFEST] =
        {'m', MENU_PAGE_LOOK, "Manifest",
         "What the kernel would be handed: everything is linked and placed for it, and "
         "given back."},
    [ITEM_PROBLEMS] = {'d', MENU_PAGE_LOOK, "Diagnostics",
                       "Errors, warnings and notes so far, each with its explanation."},
    [ITEM_LOG] = {'g', MENU_PAGE_LOOK, "Log", "Everything that was said so far."},
    [ITEM_FAILED] = {'f', MENU_PAGE_LOOK, "Last failed boot", "Why it failed."},
    [ITEM_EXPLAIN] = {'e', MENU_PAGE_LOOK, "Explain a message",
                      "Cause and cure of a message, by the code in its brackets."},
    [ITEM_CHANGES] = {'c', MENU_PAGE_LOOK, "Changes", "The lines that were changed for this boot."},
    [ITEM_VIEW] = {'l', MENU_PAGE_MACHINE, "Screen or lines",
                   "Changes between the full screen and plain lines, for terminals that have no "
                   "screen."},
    [ITEM_SETUP] = {'t', MENU_PAGE_MACHINE, "Firmware setup",
                    "Resets the machine into the firmware's setup."},
    [ITEM_SHELL] = {'h', MENU_PAGE_MACHINE, "UEFI shell",
                    "Starts the shell; its command exit comes back to the menu."},
    [ITEM_RESET] = {'r', MENU_PAGE_MACHINE, "Reset", "Starts the machine anew."},
    [ITEM_OFF] = {'x', MENU_PAGE_MACHINE, "Power off", "Switches the machine off."},
    [ITEM_LEAVE] = {'q', MENU_PAGE_MACHINE, "Leave",
                    "Ends the loader; the firmware goes on with its next boot option."},
};

// Item number `index` of the page.
static bool item_at(enum menu_page page, uint32_t index, enum item *ret)
{
    for (uint32_t item = 0; item < ITEMS; item++) {
        if (menu_items[item].page == page && index-- == 0) {
            *ret = (enum item)item;
            return true;
        }
    }
    return false;
}

uint32_t menu_item_count(enum menu_page page)
{
    uint32_t count = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
        count += menu_items[item].page == page;
    return count;
}

bool menu_is_item(const struct boot *boot, enum menu_page page, uint32_t index, enum item *ret,
                  uint32_t *ret_other)
{
    uint32_t others = page == MENU_PAGE_BOOT      ? menu_config_count(boot)
                      : page == MENU_PAGE_MODULES ? menu_module_count(boot)
                                                  : 0;
    if (page == MENU_PAGE_BOOT) {
        bool first = index == 0;
        *ret_other = index - FIRST_CONFIG;
        if (first || index >= FIRST_CONFIG + others + 1)
            return item_at(page, first ? 0 : index - FIRST_CONFIG - others, ret);
        return false;
    }
    *ret_other = index;
    return index >= others && item_at(page, index - others, ret);
}

bool menu_key(const struct boot *boot, enum menu_page page, uint32_t letter,
              struct menu_command *ret)
{
    struct menu_row row;
    *ret = (struct menu_command){.kind = MENU_TAKE, .page = page};
    if (page >= MENU_TABS) {
        for (ret->row = 0; ret->row < menu_row_count(boot, page); ret->row++) {
            menu_row(boot, page, ret->row, &row);
            if (row.key != 0 && (uint32_t)row.key == letter)
                return true;
        }
        return false;
    }
    for (uint32_t item = 0; item < ITEMS; item++) {
        if ((uint32_t)menu_items[item].key != letter)
            continue;
        // Items are the last rows of their page, but for the first of all.
        uint32_t behind = 0;
        for (uint32_t after = item + 1; after < ITEMS; after++)
            behind += menu_items[after].page == menu_items[item].page;
        ret->page = menu_items[item].page;
        ret->row = item == ITEM_BOOT ? 0 : menu_row_count(boot, ret->page) - 1 - behind;
        return true;
    }
    return false;
}

// SPDX-License-Identifier: BSD-2-Clause
// What can be done on the pages that stand side by side, and where on them it is.
#ifndef BTL_EFI_MENU_ITEMS_H
#define BTL_EFI_MENU_ITEMS_H

#include "model.h"

// What can be done, each with a letter that works on all of these pages.
enum item {
    ITEM_BOOT,
    ITEM_OPTIONS,
    ITEM_SAFE,
    ITEM_UNDO,
    ITEM_ADD,
    ITEM_PLAN,
    ITEM_MANIFEST,
    ITEM_PROBLEMS,
    ITEM_LOG,
    ITEM_FAILED,
    ITEM_EXPLAIN,
    ITEM_CHANGES,
    ITEM_VIEW,
    ITEM_SETUP,
    ITEM_SHELL,
    ITEM_RESET,
    ITEM_OFF,
    ITEM_LEAVE,
    ITEMS
};

struct menu_item {
    char key;
    uint8_t page;
    const char *name, *about;
};
extern const struct menu_item menu_items[ITEMS];

uint32_t menu_item_count(enum menu_page page);
// Is row `index` an item, and which? Else *ret_other is its number among the page's other rows: the
// configurations or modules; beyond these it is a heading.
bool menu_is_item(const struct boot *boot, enum menu_page page, uint32_t index, enum item *ret,
                  uint32_t *ret_other);
// The boot page: Boot, a heading, the configurations, a heading, and the other items.
#define MENU_BOOT_HEADINGS 2

#endif

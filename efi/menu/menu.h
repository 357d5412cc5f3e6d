// SPDX-License-Identifier: BSD-2-Clause
// The menu, as the steps of the loader see it. Its parts are in model.h; docs/menu.md is for its
// users.
#ifndef BTL_EFI_MENU_H
#define BTL_EFI_MENU_H

#include <btl/format.h>
#include <btl/phases.h>

struct boot;

enum menu_result {
    MENU_STAY,  // the menu goes on; menu_run() never returns this
    MENU_BOOT,  // go on with this attempt as planned; only where `planned`
    MENU_AGAIN, // boot->core.choice or boot->preview has changed: repeat the steps, and come back
    MENU_LEAVE, // to the firmware
};

enum menu_page {
    MENU_PAGE_BOOT, // these are side by side
    MENU_PAGE_MODULES,
    MENU_PAGE_LOOK,
    MENU_PAGE_MACHINE,
    MENU_TABS,
    MENU_PAGE_MODULE = MENU_TABS, // opened from a row of MENU_PAGE_MODULES
    MENU_PAGES
};

struct menu_configs;
struct menu_modules;
struct menu_screen;

// Lives in struct boot (all zero at first), so that it survives a change of the choice.
struct menu {
    bool style_known;
    bool lines;       // the line view, not the screen
    bool planned;     // as menu_run() was told
    bool times_out;   // without another key the boot goes on
    bool unattended;  // no other key came
    fw_key opened_by; // the key that opened the menu, while it may repeat; 0: none
    uint8_t listed;   // line view: 1 + the page that was listed last
    enum menu_page page;
    uint32_t selected[MENU_PAGES], top[MENU_PAGES]; // rows
    char module[BTL_MODULE_NAME_MAX + 1];           // name of the module of MENU_PAGE_MODULE
    uint32_t module_index;                          // its index
    char message[200];                              // the result of the last command
    bool message_problem;
    struct menu_screen *screen; // the terminal's content
    // Of one attempt; in its arena.
    struct menu_configs *configs;
    struct menu_modules *modules;
};

// Run the menu until the user decides. `planned`: the attempt has passed btl_attempt_plan() and can
// be booted; else it has failed, and boot->attempt.diags has the reasons.
enum menu_result menu_run(struct boot *boot, bool planned);

// Show a text of any length, page by page, on the screen or by lines, until the user has read it.
// `print` writes the whole text into `out`, the same each time: it is called for every page.
void menu_view(struct boot *boot, const char *title,
               void (*print)(const void *what, struct btl_out *out), const void *what);

#endif

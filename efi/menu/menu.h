// SPDX-License-Identifier: BSD-2-Clause
// The menu, as the steps of the loader see it. What it shows and does is menu_model.h; docs/menu.md
// is for those who use it.
#ifndef BTL_EFI_MENU_H
#define BTL_EFI_MENU_H

#include <btl/format.h>
#include <btl/phases.h>

struct boot;

enum menu_result {
    MENU_BOOT,  // go on with this attempt as planned; only where `planned`
    MENU_AGAIN, // boot->core.choice or boot->preview was changed: take the steps anew, and come
                // back
    MENU_LEAVE, // to the firmware
};

enum menu_page {
    MENU_PAGE_BOOT, // these stand side by side
    MENU_PAGE_MODULES,
    MENU_PAGE_LOOK,
    MENU_PAGE_MACHINE,
    MENU_TABS,
    MENU_PAGE_MODULE = MENU_TABS, // these lie behind one another
    MENU_PAGE_PHASE,
    MENU_PAGE_ON_ERROR,
    MENU_PAGES
};

struct menu_configs;
struct menu_modules;
struct menu_screen;

// Lives in struct boot (all zero at first), so that it survives a change of the choice.
struct menu {
    bool begun;
    bool line;    // by lines, not as a screen
    bool planned; // as menu_run() was told
    bool limited; // a key during the countdown has opened it: without another one the boot goes on
    bool nobody;  // there was none
    uint8_t listed; // by lines: 1 + the page that was listed last
    uint8_t page;
    uint32_t selected[MENU_PAGES], top[MENU_PAGES]; // rows
    char module[BTL_MODULE_NAME_MAX + 1];           // whose page it is
    char said[200];                                 // what came of the last command
    bool said_problem;
    struct menu_screen *screen; // what the terminal shows
    // Of one attempt; in its arena.
    struct menu_configs *configs;
    struct menu_modules *modules;
};

// Until a human has decided. `planned`: the attempt stands behind modules_plan() and can be booted;
// else it has failed, and boot->attempt.diags says why.
enum menu_result menu_run(struct boot *boot, bool planned);

// Shows a text of any length, page by page, until it was read: on the screen or by lines, as the
// menu is. `print` writes the whole text into `out`, the same each time: it is called for every
// page.
void menu_view(struct boot *boot, const char *title,
               void (*print)(const void *what, struct btl_out *out), const void *what);

#endif

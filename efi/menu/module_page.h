// SPDX-License-Identifier: BSD-2-Clause
// What the page of a module shows (menu_module_page.c) and does (menu_module_edit.c).
#ifndef BTL_EFI_MENU_MODULE_PAGE_H
#define BTL_EFI_MENU_MODULE_PAGE_H

#include "model.h"

// The rows in front of the tunables, and those behind them.
enum { ROW_LOAD, ROW_PHASE, ROW_FLAGS, ROW_ON_ERROR, ROW_ALL, ROW_UNDO, ROWS };

struct btl_str menu_module_flags(const struct menu_module *module); // NAME_flags, or empty
void menu_tunable_details(const struct menu_module *module, uint32_t index, struct btl_out *out);
// The phase of a row of the page of phases: those that the module supports, in their order.
// BTL_PHASES: as the file says.
enum btl_phase menu_phase_at(const struct menu_module *module, uint32_t index);

#endif

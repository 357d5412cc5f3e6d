// SPDX-License-Identifier: BSD-2-Clause
// The terminal of the line view. Nothing on it is written over except the line that is being typed,
// and on a FW_TERMINAL_SILENT not even that.
#ifndef BTL_EFI_MENU_LINE_VIEW_H
#define BTL_EFI_MENU_LINE_VIEW_H

#include "console.h"
#include "model.h"
#include "wrap.h"

// Text on its way to the terminal, a screenful at a time.
struct line_pager {
    struct console console;
    struct menu_wrap wrap;
};
// Returns where the text goes. The text ends with menu_wrap_end(&pager->wrap).
struct btl_out *line_pager_begin(struct line_pager *pager, struct boot *boot);

// Read a line. False: Escape ended it, or no key came in time.
bool line_read(struct boot *boot, const char *prompt, struct btl_line *line);

#endif

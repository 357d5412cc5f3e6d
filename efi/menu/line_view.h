// SPDX-License-Identifier: BSD-2-Clause
// The terminal of the menu by lines. Nothing that stands on it is written over, but the line that
// is being typed; where nobody can see that (FW_TERMINAL_SILENT), not even that.
#ifndef BTL_EFI_MENU_LINE_VIEW_H
#define BTL_EFI_MENU_LINE_VIEW_H

#include "model.h"
#include "wrap.h"

// Lines on their way out, a screenful at a time.
struct pager {
    struct boot *boot;
    uint32_t rows; // of the console; 0: not known, no pages
    uint32_t row;
    bool quit;
    struct menu_wrap wrap;
};
// What is written to `out` goes to the terminal. It ends with menu_wrap_end(&pager->wrap).
struct btl_out *pager_begin(struct pager *pager, struct boot *boot);

// Reads a line. False: Escape ended it, or nobody is there.
bool line_read(struct boot *boot, const char *prompt, struct btl_line *line);

#endif

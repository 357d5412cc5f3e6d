// SPDX-License-Identifier: BSD-2-Clause
// Text on the firmware's console, by lines; page by page when that is wanted.
#ifndef BTL_EFI_CONSOLE_H
#define BTL_EFI_CONSOLE_H

#include <btl/format.h>
#include <btl/utf8.h>

#include "firmware.h"

struct console {
    struct firmware *fw;
    char line[128]; // not written yet
    size_t line_len;
    char begun[BTL_UTF8_MAX]; // of a character whose end has not come yet
    size_t begun_len;
    uint32_t rows, columns; // of the screen; rows 0: no pages
    uint32_t row, column;   // where the text stands on its page
    bool quit;              // somebody has read enough: no more pages
    struct btl_out out;     // what it gets is skipped then
};

void console_begin(struct console *console, struct firmware *fw);
// From now on stops after each screenful for a key.
void console_page(struct console *console, uint32_t rows, uint32_t columns);
// Any text, in pieces of any size. Tabs become spaces; what is no UTF-8, and what would drive a
// terminal, becomes '?', and '\r' nothing.
void console_put(struct console *console, const char *text, size_t len);

#endif

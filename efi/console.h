// SPDX-License-Identifier: BSD-2-Clause
// Text on the firmware's console, by lines; page by page when that is wanted.
#ifndef BTL_EFI_CONSOLE_H
#define BTL_EFI_CONSOLE_H

#include <btl/diag.h>
#include <btl/format.h>

#include "firmware.h"
#include "glyph.h"

struct console {
    struct firmware *fw;
    char line[128]; // not written yet
    size_t line_len;
    struct glyph_input input;
    size_t status_len; // characters of the status line
    // Pages.
    uint32_t rows, columns; // of the screen; rows 0: no pages
    uint32_t row, column;   // of the text on its page
    fw_key (*wait_key)(void *owner);
    void *owner;
    bool quit;          // the reader wants no more pages
    struct btl_out out; // skips its text after `quit`
};

void console_begin(struct console *console, struct firmware *fw);
// Wait for a key after each screenful from now on, by wait_key(owner): 'q', Escape and 0 end the
// text. Screens with fewer than 4 rows get no pages.
void console_page(struct console *console, uint32_t rows, uint32_t columns,
                  fw_key (*wait_key)(void *owner), void *owner);
// A wait_key for console_page(); `fw` is its owner. Continues after ten minutes without a key.
fw_key console_wait_key(void *fw);
// Write any text, in pieces of any size. Tabs become spaces; malformed UTF-8, and what would drive
// a terminal, becomes '?', and '\r' nothing.
void console_put(struct console *console, const char *text, size_t len);
void console_flush(struct console *console); // writes a line that has not ended
// Write a line that is not kept in the log, whatever level is shown.
void console_print(struct console *console, const char *format, ...) BTL_PRINTF(2, 3);
void console_print_diag(struct console *console, const struct btl_diag *diag);
// Write a line that the next text replaces. Empty: remove the line now. Only where the terminal
// goes back to the beginning of a line.
void status_line(struct console *console, struct btl_str line);

#endif

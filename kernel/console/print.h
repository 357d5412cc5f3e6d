// SPDX-License-Identifier: BSD-2-Clause
// The console as the kernel itself sees it: serial line and screen, the kernel's log, one capture.
#ifndef KERNEL_PRINT_H
#define KERNEL_PRINT_H

#include <btl/format.h>
#include <btl/log.h>
#include <btl/types.h>

// The serial line: from here on kprintf() works.
void console_init(void);
// Switches devices on and off as kernel_options says, once they are parsed. The screen of the
// manifest is used when a direct map of that size reaches it.
void console_configure(uint64_t direct_map_size);
struct btl_out console_out(void);
// A character from the terminal, or -1 when there is none.
int console_read(void);
bool console_has_terminal(void);
// Ends a capture whose sink lies in [start, end): its module is being taken back.
bool console_forget(uint64_t start, uint64_t end);

// From now on what goes to the console goes there too; NULL: no longer.
void console_copy(struct btl_buffer *copy);

// The kernel's log. Each line has the time at which it began, and a level.
void log_put(const char *text, size_t len);
void log_level(enum btl_log_level of_lines); // that begin from now on; BTL_LOG_INFO at first
struct btl_out log_out(void);                // the log alone
// The loader's log, then the kernel's. Nothing of this is logged.
void log_print(struct btl_out *out);

// uart16550.c
bool uart_init(void);
void uart_put(const char *text, size_t len);
int uart_read(void);

// framebuffer.c
struct screen {
    volatile uint32_t *pixels;
    uint32_t width, height, stride; // pixels
};
bool screen_init(const struct screen *screen);
void screen_put(const char *text, size_t len);

#endif

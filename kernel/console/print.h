// SPDX-License-Identifier: BSD-2-Clause
// The kernel's console: serial line and screen, the log, and one capture.
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
// Let characters that arrive interrupt, once there are interrupts.
void console_use_interrupts(void);
// Print what handlers of interrupts have printed since the last time. Not for handlers.
void console_print_deferred(void);
struct btl_out console_echo(void); // the same, except that the log does not get it
// Return a character from an input, or -1 when none has arrived.
int console_read(void);
bool console_has_input(void); // a serial line, or an input that a module has added
// End a capture and remove inputs whose functions lie in [start, end), the image of a module that
// is being unloaded.
bool console_forget(uint64_t start, uint64_t end);

// Copy console output to a buffer from now on; NULL ends that.
void console_copy(struct btl_buffer *copy);

// The kernel's log. Each line has the time at which it began, and a level.
void log_put(const char *text, size_t len);
void log_level(enum btl_log_level of_lines); // that begin from now on; BTL_LOG_INFO at first
struct btl_out log_out(void);                // the log alone
// Print the loader's log, then the kernel's, without logging this: the lines of the levels up to
// `last`.
void log_print(struct btl_out *out, enum btl_log_level last);
void log_print_own(struct btl_out *out, enum btl_log_level last); // the kernel's alone
bool log_pause(bool pause); // what is printed meanwhile is not logged; return how it was

// uart16550.c
bool uart_init(void);
void uart_put(const char *text, size_t len);
int uart_read(void);
void uart_start_interrupts(void);

// framebuffer.c
struct screen {
    volatile uint32_t *pixels;
    uint32_t width, height, stride; // pixels
};
bool screen_init(const struct screen *screen);
void screen_put(const char *text, size_t len);

#endif

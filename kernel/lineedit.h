// SPDX-License-Identifier: BSD-2-Clause
// A line typed at a terminal: what each key does to it. Touches no device.
#ifndef KERNEL_LINEEDIT_H
#define KERNEL_LINEEDIT_H

#include <btl/format.h>

#define LINE_MAX 256

struct line {
    char text[LINE_MAX]; // NUL-terminated
    size_t len;
    bool after_cr; // a newline that follows belongs to the carriage return
};

enum line_event { LINE_MORE, LINE_DONE, LINE_CANCELLED };

// One character: printable ones are added and echoed; backspace and delete take one back, ^U all,
// ^W a word; ^C cancels; carriage return or newline end the line. Others, and what does not fit,
// are refused with a bell. After DONE and CANCELLED the line must be cleared with line_clear().
enum line_event line_feed(struct line *line, int c, struct btl_out *echo);
void line_clear(struct line *line);
// Splits text in place at blanks; at most `max` words. False: there are more.
bool line_split(char *text, char **words, int max, int *ret_count);

#endif

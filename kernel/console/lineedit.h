// SPDX-License-Identifier: BSD-2-Clause
// A line typed at a terminal: what each key does to it. Touches no device.
#ifndef KERNEL_LINEEDIT_H
#define KERNEL_LINEEDIT_H

#include <btl/format.h>

#define LINE_MAX 256

#define HISTORY_MAX 32 // lines that are remembered

struct history {
    char text[HISTORY_MAX][LINE_MAX]; // line number n is at n % HISTORY_MAX
    uint32_t count;                   // lines ever kept
};

struct line {
    char text[LINE_MAX]; // NUL-terminated
    size_t len;
    bool after_cr;  // a newline that follows belongs to the carriage return
    uint8_t escape; // how much of an arrow key's sequence has come
    uint32_t back;  // how far back in the history; 0: the line itself
    // What may be NULL.
    const char *prompt;      // shown again after a list of words
    struct history *history; // finished lines go there
    // Word number `index` of those that may stand there; false when there are no more.
    bool (*candidate)(uint32_t index, bool first_word, struct btl_str *ret_word);
};

enum line_event { LINE_MORE, LINE_DONE, LINE_CANCELLED };

// One character: printable ones are added and echoed; backspace and delete take one back, ^U all,
// ^W a word; the arrows up and down, or ^P and ^N, walk through the history; tab completes a word,
// or lists what it could be; ^C cancels; carriage return or newline end the line. Others, and what
// does not fit, are refused with a bell. After DONE and CANCELLED the line must be cleared with
// line_clear().
enum line_event line_feed(struct line *line, int c, struct btl_out *echo);
void line_clear(struct line *line);
// Splits text in place at blanks; at most `max` words. False: there are more.
bool line_split(char *text, char **words, int max, int *ret_count);

#endif

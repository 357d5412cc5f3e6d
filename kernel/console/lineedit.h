// SPDX-License-Identifier: BSD-2-Clause
// Editing of a line at a terminal, key by key. Touches no device.
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
    uint8_t escape; // state in the sequence of an arrow key
    uint32_t back;  // position in the history; 0: the line itself
    // Members that may be NULL.
    const char *prompt;      // printed again after a list of words
    struct history *history; // of finished lines
    // Return word number `index` that may complete the line; false: there are no more.
    bool (*candidate)(uint32_t index, bool first_word, struct btl_str *ret_word);
};

enum line_event { LINE_MORE, LINE_DONE, LINE_CANCELLED };

// Process one character. Printable ones are added and echoed. Backspace and delete erase a
// character, ^U all, ^W a word. The arrows up and down, or ^P and ^N, walk through the history. Tab
// completes a word or lists the candidates. ^C cancels; carriage return or newline ends the line.
// Other keys, and characters that do not fit, ring the bell. After LINE_DONE and LINE_CANCELLED the
// caller calls line_clear().
enum line_event line_feed(struct line *line, int c, struct btl_out *echo);
void line_clear(struct line *line);
// Split text in place at blanks. False: there are more than `max` words.
bool line_split(char *text, char **words, int max, int *ret_count);

#endif

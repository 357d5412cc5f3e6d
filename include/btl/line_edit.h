// SPDX-License-Identifier: BSD-2-Clause
// A line of text that a user edits: the effect of each key, without a terminal. The text is UTF-8;
// the cursor is between two characters.
#ifndef BTL_LINE_EDIT_H
#define BTL_LINE_EDIT_H

#include <btl/types.h>

BTL_BEGIN_DECLS

struct btl_line {
    char *text;         // NUL-terminated
    size_t size;        // of the buffer
    size_t len, cursor; // bytes
};

// Begin an empty line in buf[size], size > 0.
void btl_line_begin(struct btl_line *line, char *buf, size_t size);
// Replace the text, with the cursor at the end. False, with the line unchanged: the text is too
// long, not UTF-8, or has characters that are not printable.
bool btl_line_set(struct btl_line *line, struct btl_str text);
// Insert a character before the cursor. False: it is not printable, or the line is full.
bool btl_line_insert(struct btl_line *line, uint32_t point);

// Move the cursor, or erase characters beside it. False: nothing has changed.
bool btl_line_left(struct btl_line *line);
bool btl_line_right(struct btl_line *line);
bool btl_line_erase_before(struct btl_line *line);
bool btl_line_erase_at(struct btl_line *line);
// Erase back to the beginning of a word, with the blanks that follow the word.
bool btl_line_erase_word(struct btl_line *line);
bool btl_line_erase_all_before(struct btl_line *line);
bool btl_line_erase_all_after(struct btl_line *line);

static inline struct btl_str btl_line_text(const struct btl_line *line)
{
    struct btl_str text = {line->text, line->len};
    return text;
}

BTL_END_DECLS

#endif

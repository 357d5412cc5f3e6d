// SPDX-License-Identifier: BSD-2-Clause
// A line of text that a person edits: what each key does to it, without any terminal. UTF-8; the
// cursor stands between two characters.
#ifndef BTL_LINE_EDIT_H
#define BTL_LINE_EDIT_H

#include <btl/types.h>

struct btl_line {
    char *text;         // NUL-terminated
    size_t size;        // of the buffer
    size_t len, cursor; // bytes
};

// An empty line in buf[size], size > 0.
void btl_line_begin(struct btl_line *line, char *buf, size_t size);
// The whole text, cursor at its end. False, and the line is left as it is: it does not fit, is not
// UTF-8, or has characters that are not shown.
bool btl_line_set(struct btl_line *line, struct btl_str text);
// At the cursor, which moves on. False: no such character can be there, or there is no room.
bool btl_line_insert(struct btl_line *line, uint32_t point);

// Move the cursor; erase what is beside it. False: there was nothing.
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
    return (struct btl_str){line->text, line->len};
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Characters as the firmware's console shows them, whatever the text holds: control characters,
// characters that change the direction of text, and bytes that are not UTF-8 become '?'.
#ifndef BTL_EFI_GLYPH_H
#define BTL_EFI_GLYPH_H

#include <btl/utf8.h>

// Return the character to write for `point`, and its columns: 0 (nothing is to be written), 1 or 2.
uint32_t glyph_of(uint32_t point, uint32_t *ret_columns);
// The next character of `text` to be written, from text.at[*index] on; *index moves past it.
// False at the end of the text.
bool glyph_next(struct btl_str text, size_t *index, uint32_t *ret_glyph, uint32_t *ret_columns);
uint32_t glyph_columns(struct btl_str text); // of the whole text

// Text in pieces that may end inside a character.
struct glyph_input {
    void (*put)(void *owner, uint32_t point); // gets BTL_UTF8_BAD for each malformed character
    void *owner;
    char partial[BTL_UTF8_MAX];
    size_t partial_len;
};
void glyph_input_put(struct glyph_input *input, const char *text, size_t len);
void glyph_input_end(struct glyph_input *input);

#endif

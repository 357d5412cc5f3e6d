// SPDX-License-Identifier: BSD-2-Clause
// Editing a line.
#include <btl/line_edit.h>
#include <btl/utf8.h>

#include <btl/mem.h>

void btl_line_begin(struct btl_line *line, char *buf, size_t size)
{
    *line = (struct btl_line){.text = buf, .size = size};
    buf[0] = '\0';
}

bool btl_line_set(struct btl_line *line, struct btl_str text)
{
    if (text.len >= line->size)
        return false;
    for (size_t at = 0; at < text.len;) {
        uint32_t point = btl_utf8_next(text, &at);
        if (point == BTL_UTF8_BAD || !btl_utf8_shown(point))
            return false;
    }
    if (text.len > 0)
        memmove(line->text, text.at, text.len);
    line->len = line->cursor = text.len;
    line->text[line->len] = '\0';
    return true;
}

bool btl_line_insert(struct btl_line *line, uint32_t point)
{
    BTL_ASSERT(line->cursor <= line->len && line->len < line->size);
    char bytes[BTL_UTF8_MAX];
    if (!btl_utf8_shown(point))
        return false;
    size_t count = btl_utf8_put(point, bytes);
    if (count >= line->size - line->len)
        return false;
    char *at = line->text + line->cursor;
    memmove(at + count, at, line->len - line->cursor + 1);
    memcpy(at, bytes, count);
    line->len += count;
    line->cursor += count;
    return true;
}

bool btl_line_left(struct btl_line *line)
{
    if (line->cursor == 0)
        return false;
    do {
        line->cursor--;
    } while (line->cursor > 0 && btl_utf8_continues(line->text[line->cursor]));
    return true;
}

bool btl_line_right(struct btl_line *line)
{
    if (line->cursor == line->len)
        return false;
    do {
        line->cursor++;
    } while (line->cursor < line->len && btl_utf8_continues(line->text[line->cursor]));
    return true;
}

// The cursor goes to `begin`.
static bool line_erase(struct btl_line *line, size_t begin, size_t end)
{
    BTL_ASSERT(begin <= end && end <= line->len && line->len < line->size);
    memmove(line->text + begin, line->text + end, line->len - end + 1);
    line->len -= end - begin;
    line->cursor = begin;
    return end > begin;
}

bool btl_line_erase_before(struct btl_line *line)
{
    size_t end = line->cursor;
    return btl_line_left(line) && line_erase(line, line->cursor, end);
}

bool btl_line_erase_at(struct btl_line *line)
{
    size_t begin = line->cursor;
    return btl_line_right(line) && line_erase(line, begin, line->cursor);
}

bool btl_line_erase_word(struct btl_line *line)
{
    size_t begin = line->cursor;
    while (begin > 0 && line->text[begin - 1] == ' ')
        begin--;
    while (begin > 0 && line->text[begin - 1] != ' ')
        begin--;
    return line_erase(line, begin, line->cursor);
}

bool btl_line_erase_all_before(struct btl_line *line)
{
    return line_erase(line, 0, line->cursor);
}

bool btl_line_erase_all_after(struct btl_line *line)
{
    return line_erase(line, line->cursor, line->len);
}

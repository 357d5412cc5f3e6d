// SPDX-License-Identifier: BSD-2-Clause
// Lines in the kernel's log.
#include "init.h"

#include "calls.h"

#define PREFIX 8 // bytes of "<6>BTL: "

void line_add_str(struct init_line *line, struct btl_str text)
{
    for (size_t i = 0; i < text.len && line->len < sizeof(line->text) - 1; i++)
        line->text[line->len++] = text.at[i];
}

void line_add(struct init_line *line, const char *text)
{
    line_add_str(line, btl_str_of(text));
}

void line_add_number(struct init_line *line, uint32_t number)
{
    char digits[10];
    size_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    line_add_str(line, (struct btl_str){digits + first, sizeof(digits) - first});
}

void line_begin(struct init_line *line, enum init_level level)
{
    line->len = 0;
    line_add(line, "<");
    line_add_number(line, level);
    line_add(line, ">BTL: ");
}

struct btl_str line_message(const struct init_line *line)
{
    return (struct btl_str){line->text + PREFIX, line->len - PREFIX};
}

// The kernel limits the lines of each open file, so that the file is opened for each line.
void line_send(struct init_line *line)
{
    long file = call_open(INIT_DEVICES "/kmsg", INIT_WRITE);
    if (file < 0)
        return;
    line->text[line->len] = '\n';
    call_write((int)file, line->text, line->len + 1);
    call_close((int)file);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "lineedit.h"

enum { CTRL_C = 3, BACKSPACE = 8, CTRL_U = 21, CTRL_W = 23, DELETE = 127 };

static void echo_text(struct btl_out *echo, const char *text)
{
    btl_format(echo, "%s", text);
}

static bool erase(struct line *line, struct btl_out *echo)
{
    if (line->len == 0)
        return false;
    line->text[--line->len] = '\0';
    echo_text(echo, "\b \b");
    return true;
}

static void erase_word(struct line *line, struct btl_out *echo)
{
    while (line->len > 0 && line->text[line->len - 1] == ' ')
        erase(line, echo);
    while (line->len > 0 && line->text[line->len - 1] != ' ')
        erase(line, echo);
}

static void insert(struct line *line, int c, struct btl_out *echo)
{
    const char text[2] = {(char)c, '\0'};

    if (c < ' ' || c >= DELETE || line->len + 1 >= LINE_MAX) {
        echo_text(echo, "\a");
        return;
    }
    line->text[line->len++] = (char)c;
    line->text[line->len] = '\0';
    echo_text(echo, text);
}

enum line_event line_feed(struct line *line, int c, struct btl_out *echo)
{
    bool was_cr = line->after_cr;

    line->after_cr = c == '\r';
    if (c == '\n' && was_cr)
        return LINE_MORE;
    switch (c) {
    case '\r':
    case '\n':
        echo_text(echo, "\n");
        return LINE_DONE;
    case CTRL_C:
        echo_text(echo, "^C\n");
        return LINE_CANCELLED;
    case BACKSPACE:
    case DELETE:
        erase(line, echo);
        return LINE_MORE;
    case CTRL_U:
        while (erase(line, echo))
            ;
        return LINE_MORE;
    case CTRL_W:
        erase_word(line, echo);
        return LINE_MORE;
    default:
        insert(line, c, echo);
        return LINE_MORE;
    }
}

void line_clear(struct line *line)
{
    line->len = 0;
    line->text[0] = '\0';
}

bool line_split(char *text, char **words, int max, int *ret_count)
{
    int count = 0;

    for (;;) {
        while (*text == ' ')
            *text++ = '\0';
        if (*text == '\0')
            break;
        if (count == max)
            return false;
        words[count++] = text;
        while (*text != '\0' && *text != ' ')
            text++;
    }
    *ret_count = count;
    return true;
}

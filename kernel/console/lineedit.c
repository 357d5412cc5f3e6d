// SPDX-License-Identifier: BSD-2-Clause
#include "console/lineedit.h"

#include "console/complete.h"

#include <btl/kernel.h>
#include <btl/line_edit.h>

enum {
    CTRL_C = 3,
    BACKSPACE = 8,
    TAB = 9,
    CTRL_N = 14,
    CTRL_P = 16,
    CTRL_U = 21,
    CTRL_W = 23,
    ESCAPE = 27,
    DELETE = 127
};
enum { NO_ESCAPE, AFTER_ESCAPE, IN_SEQUENCE };

static void line_echo(struct btl_out *echo, const char *text)
{
    btl_format(echo, "%s", text);
}

// No key of the monitor moves the cursor: it stays at the end.
static struct btl_line line_edited(struct line *line)
{
    return (struct btl_line){line->text, LINE_MAX, line->len, line->len};
}

// Apply `how`, and wipe the removed characters on the terminal: one column a byte, since all are
// ASCII.
static void lineedit_erase(struct line *line, bool (*how)(struct btl_line *line),
                           struct btl_out *echo)
{
    struct btl_line text = line_edited(line);

    how(&text);
    for (; line->len > text.len; line->len--)
        line_echo(echo, "\b \b");
}

static void line_insert_key(struct line *line, int c, struct btl_out *echo)
{
    struct btl_line text = line_edited(line);

    if (c < ' ' || c >= DELETE || !btl_line_insert(&text, (uint32_t)c)) {
        line_echo(echo, "\a");
        return;
    }
    line_echo(echo, line->text + line->len);
    line->len = text.len;
}

void line_insert(struct line *line, struct btl_str text, struct btl_out *echo)
{
    for (size_t i = 0; i < text.len; i++)
        line_insert_key(line, (uint8_t)text.at[i], echo);
}

// Move back (1) or forth (-1) in the history, whose end is an empty line.
static void line_walk_history(struct line *line, int step, struct btl_out *echo)
{
    const struct history *history = line->history;
    uint32_t kept = history == NULL                ? 0
                    : history->count < HISTORY_MAX ? history->count
                                                   : HISTORY_MAX;
    uint32_t back = line->back + (uint32_t)step;

    if ((step < 0 && line->back == 0) || back > kept) {
        line_echo(echo, "\a");
        return;
    }
    lineedit_erase(line, btl_line_erase_all_before, echo);
    line->back = back;
    if (back > 0)
        line_insert(line, btl_str_of(history->text[(history->count - back) % HISTORY_MAX]), echo);
}

// Empty lines and repetitions are not kept.
static void line_remember(const struct line *line)
{
    struct history *history = line->history;
    struct btl_str text = {line->text, line->len};

    if (history == NULL || line->len == 0)
        return;
    if (history->count > 0 &&
        btl_str_equal(btl_str_of(history->text[(history->count - 1) % HISTORY_MAX]), text))
        return;
    memcpy(history->text[history->count++ % HISTORY_MAX], line->text, line->len + 1);
}

// ESC [ A and ESC O A are arrow up, B is down; other sequences end with a letter or '~'.
static void line_feed_escape(struct line *line, int c, struct btl_out *echo)
{
    if (line->escape == AFTER_ESCAPE) {
        line->escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
        return;
    }
    if ((c >= '0' && c <= '9') || c == ';')
        return;
    line->escape = NO_ESCAPE;
    if (c == 'A' || c == 'B')
        line_walk_history(line, c == 'A' ? 1 : -1, echo);
    else
        line_echo(echo, "\a");
}

static void line_edit(struct line *line, int c, struct btl_out *echo)
{
    switch (c) {
    case BACKSPACE:
    case DELETE:
        lineedit_erase(line, btl_line_erase_before, echo);
        break;
    case CTRL_U:
        lineedit_erase(line, btl_line_erase_all_before, echo);
        break;
    case CTRL_W:
        lineedit_erase(line, btl_line_erase_word, echo);
        break;
    case CTRL_P:
        line_walk_history(line, 1, echo);
        break;
    case CTRL_N:
        line_walk_history(line, -1, echo);
        break;
    case TAB:
        line_complete(line, echo);
        break;
    case ESCAPE:
        line->escape = AFTER_ESCAPE;
        break;
    default:
        line_insert_key(line, c, echo);
    }
}

enum line_event line_feed(struct line *line, int c, struct btl_out *echo)
{
    bool was_cr = line->after_cr;

    line->after_cr = c == '\r';
    if (c == '\n' && was_cr)
        return LINE_MORE;
    if (line->escape != NO_ESCAPE && c >= ' ') {
        line_feed_escape(line, c, echo);
        return LINE_MORE;
    }
    line->escape = NO_ESCAPE;
    if (c == '\r' || c == '\n') {
        line_remember(line);
        line_echo(echo, "\n");
        return LINE_DONE;
    }
    if (c == CTRL_C) {
        line_echo(echo, "^C\n");
        return LINE_CANCELLED;
    }
    line_edit(line, c, echo);
    return LINE_MORE;
}

void line_clear(struct line *line)
{
    line->len = 0;
    line->back = 0;
    line->escape = NO_ESCAPE;
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

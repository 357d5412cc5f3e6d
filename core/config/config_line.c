// SPDX-License-Identifier: BSD-2-Clause
// The syntax of one line of loader.conf.
#include "config_parser.h"

#include <btl/utf8.h>

#include <btl/mem.h>

// 1-based, in characters of UTF-8.
static uint32_t line_column(const struct config_parser *parser, const struct config_line *line,
                            size_t at)
{
    struct btl_str before = {parser->text.at + line->begin, at - line->begin};
    return (uint32_t)btl_utf8_count(before) + 1;
}

static struct btl_place line_place(const struct config_parser *parser,
                                   const struct config_line *line, size_t at)
{
    return (struct btl_place){
        .file = parser->file,
        .line = line->number,
        .column = parser->counting ? 0 : line_column(parser, line, at),
    };
}

static struct btl_str line_slice(const struct config_parser *parser, size_t begin, size_t end)
{
    return (struct btl_str){parser->text.at + begin, end - begin};
}

struct config_line config_first_line(const struct config_parser *parser)
{
    static const char mark[] = "\xef\xbb\xbf"; // editors put it there; it belongs to no line
    bool marked = parser->text.len >= 3 && memcmp(parser->text.at, mark, 3) == 0;
    return (struct config_line){.next = marked ? 3 : 0};
}

bool config_next_line(const struct config_parser *parser, struct config_line *line)
{
    const char *text = parser->text.at;
    size_t at = line->next, size = parser->text.len;
    if (at >= size)
        return false;
    line->begin = line->at = at;
    while (at < size && text[at] != '\n')
        at++;
    line->next = at + 1;
    line->end = at > line->begin && text[at - 1] == '\r' ? at - 1 : at;
    line->number++;
    return true;
}

static void line_skip_blanks(const struct config_parser *parser, struct config_line *line)
{
    const char *text = parser->text.at;
    while (line->at < line->end && (text[line->at] == ' ' || text[line->at] == '\t'))
        line->at++;
}

static bool line_at_end(const struct config_parser *parser, const struct config_line *line)
{
    return line->at == line->end || parser->text.at[line->at] == '#';
}

// The character of UTF-8 at an offset of the line, or the byte.
static struct btl_arg line_letter(const struct config_parser *parser,
                                  const struct config_line *line)
{
    struct btl_str rest = line_slice(parser, line->at, line->end);
    size_t len = 0;
    if (btl_utf8_next(rest, &len) == BTL_UTF8_BAD)
        len = 1;
    return BTL_LETTER(btl_str_first(rest, len));
}

// Of a key, and of a value without quotes.
static bool line_is_word(char c)
{
    return btl_is_name_character(c) || c == '.';
}

static struct btl_str line_parse_word(const struct config_parser *parser, struct config_line *line)
{
    size_t begin = line->at;
    while (line->at < line->end && line_is_word(parser->text.at[line->at]))
        line->at++;
    return line_slice(parser, begin, line->at);
}

// KEY and "=", with blanks between and after.
static bool parse_key(struct config_parser *parser, struct config_line *line,
                      struct btl_setting *setting)
{
    struct btl_place place = line_place(parser, line, line->at);
    setting->line = place.line;
    setting->column = place.column;
    setting->offset = (uint32_t)line->at;
    setting->key = line_parse_word(parser, line);
    size_t after_key = line->at;
    line_skip_blanks(parser, line);
    if (setting->key.len > 0 && line->at < line->end && parser->text.at[line->at] == '=') {
        line->at++;
        line_skip_blanks(parser, line);
        return true;
    }
    // A word before a blank or the end is half an assignment; one that breaks off is not a key.
    if (setting->key.len > 0 && (line->at > after_key || line_at_end(parser, line)))
        config_report(parser, BTL_CONF_NO_EQUALS, line_place(parser, line, after_key),
                      BTL_ARG(setting->key));
    else
        config_report(parser, BTL_CONF_BAD_CHARACTER, line_place(parser, line, line->at),
                      line_letter(parser, line));
    return false;
}

static bool is_control(char c)
{
    return ((uint8_t)c < ' ' && c != '\t') || c == 0x7f;
}

// Take the backslashes out of the text between the quotes.
static bool line_unescape(struct config_parser *parser, struct btl_str raw,
                          struct btl_str *ret_value)
{
    char *value = btl_alloc(parser->arena, raw.len, 1);
    if (value == NULL) {
        parser->no_memory = true;
        return false;
    }
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] == '\\')
            i++; // the scan has seen that one more follows
        value[len++] = raw.at[i];
    }
    *ret_value = (struct btl_str){value, len};
    return true;
}

// From the opening quote to after the closing one.
static bool parse_quoted(struct config_parser *parser, struct config_line *line,
                         struct btl_setting *setting)
{
    const char *text = parser->text.at;
    struct btl_place opening = line_place(parser, line, line->at);
    size_t begin = ++line->at;
    bool escapes = false;
    while (line->at < line->end && text[line->at] != '"' && !is_control(text[line->at])) {
        bool escape = text[line->at] == '\\' && line->at + 1 < line->end;
        // An escaped character is checked like any other; a quote is accepted.
        line->at += escape && !is_control(text[line->at + 1]) ? 2 : 1;
        escapes |= escape;
    }
    if (line->at == line->end) {
        config_report(parser, BTL_CONF_UNTERMINATED, opening, BTL_ARG(setting->key));
        return false;
    }
    if (text[line->at] != '"') {
        config_report(parser, BTL_CONF_CONTROL_CHARACTER, line_place(parser, line, line->at),
                      BTL_ARG(setting->key), BTL_ARG(line_slice(parser, line->at, line->at + 1)));
        return false;
    }
    setting->value = line_slice(parser, begin, line->at++);
    return !escapes || parser->counting || line_unescape(parser, setting->value, &setting->value);
}

static bool parse_value(struct config_parser *parser, struct config_line *line,
                        struct btl_setting *setting)
{
    struct btl_place place = line_place(parser, line, line->at);
    setting->value_column = place.column;
    if (line_at_end(parser, line)) {
        config_report(parser, BTL_CONF_NO_VALUE, place, BTL_ARG(setting->key));
        return false;
    }
    if (parser->text.at[line->at] == '"')
        return parse_quoted(parser, line, setting);
    setting->value = line_parse_word(parser, line);
    char next = line->at < line->end ? parser->text.at[line->at] : ' ';
    if (next == ' ' || next == '\t' || next == '#')
        return true;
    config_report(parser, BTL_CONF_NEEDS_QUOTES, line_place(parser, line, line->at),
                  BTL_ARG(setting->key), line_letter(parser, line));
    return false;
}

bool config_parse_line(struct config_parser *parser, struct config_line *line,
                       struct btl_setting *ret_setting)
{
    struct btl_setting setting = {0};
    line_skip_blanks(parser, line);
    if (line_at_end(parser, line) || !parse_key(parser, line, &setting) ||
        !parse_value(parser, line, &setting))
        return false;
    setting.length = (uint32_t)line->at - setting.offset;
    line_skip_blanks(parser, line);
    if (!line_at_end(parser, line)) {
        config_report(parser, BTL_CONF_TRAILING_TEXT, line_place(parser, line, line->at),
                      BTL_ARG(setting.key));
        return false;
    }
    if (!parser->counting && !config_check(parser, &setting))
        return false;
    *ret_setting = setting;
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Diagnostics, and other text, for people and programs.
#include "report.h"

#include <btl/utf8.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOLD     "\033[1m"
#define RED      "\033[1;31m"
#define MAGENTA  "\033[1;35m"
#define CYAN     "\033[1;36m"
#define NO_STYLE "\033[0m"

static void write_stream(struct btl_out *out, const char *text, size_t len)
{
    fwrite(text, 1, len, out->owner);
}

struct btl_out out_to(FILE *stream)
{
    return (struct btl_out){.put = write_stream, .owner = stream};
}

struct btl_str report_sentence(const struct btl_diag *diag, char *text, size_t size)
{
    struct btl_buffer buffer = btl_buffer(text, size);
    btl_diag_sentence(&buffer.out, diag);
    return btl_buffer_text(&buffer);
}

// The line of the core, with its severity in colour.
static void print_coloured(struct host *host, struct btl_out *out, const struct btl_diag *diag)
{
    static const struct {
        const char *word, *colour;
    } severities[] = {{"note: ", CYAN}, {"warning: ", MAGENTA}, {"error: ", RED}};
    enum btl_severity severity = btl_code_severity(diag->code);
    struct memory_buffer line;
    memory_buffer_begin(&line, host->arena, 256);
    btl_diag_print(&line.out, diag);
    const char *word = severities[severity].word;
    const char *found = memmem(line.text, line.len, word, strlen(word));
    size_t before = found == NULL ? 0 : (size_t)(found - line.text);
    size_t after = before + (found == NULL ? 0 : strlen(word));
    btl_format(out, BOLD "%pS" NO_STYLE "%s%s" NO_STYLE "%pS", &(struct btl_str){line.text, before},
               severities[severity].colour, found == NULL ? "" : word,
               &(struct btl_str){line.text + after, line.len - after});
}

void report_all(struct host *host)
{
    struct btl_out out = out_to(stderr);
    const char *no_colour = getenv("NO_COLOR");
    bool colour = isatty(STDERR_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
    const struct btl_diag *diag = host->printed != NULL ? host->printed->next : host->diags.first;
    fflush(stdout);
    for (; diag != NULL; diag = diag->next) {
        if (colour)
            print_coloured(host, &out, diag);
        else
            btl_diag_print(&out, diag);
        btl_format(&out, "\n");
        host->printed = diag;
    }
}

// `lines`: tabs and line ends stay.
static struct btl_str make_safe(struct btl_arena *arena, struct btl_str text, bool lines)
{
    char *safe = MEMORY_ARRAY(arena, char, 4 * text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        bool line = lines && (text.at[i] == '\t' || text.at[i] == '\n');
        if (!btl_utf8_shown(btl_utf8_next(text, &end)) && !line) {
            len += btl_format_to(safe + len, 5, "\\x%02x", (unsigned)(uint8_t)text.at[i]);
            i++;
            continue;
        }
        memcpy(safe + len, text.at + i, end - i);
        len += end - i;
        i = end;
    }
    return (struct btl_str){safe, len};
}

struct btl_str report_safe(struct btl_arena *arena, struct btl_str text)
{
    return make_safe(arena, text, false);
}

struct btl_str report_safe_lines(struct btl_arena *arena, struct btl_str text)
{
    return make_safe(arena, text, true);
}

// Length of the ASCII text at the beginning that needs no escape.
static size_t json_plain_length(struct btl_str text)
{
    size_t len = 0;
    while (len < text.len && text.at[len] >= ' ' && text.at[len] <= '~' && text.at[len] != '"' &&
           text.at[len] != '\\')
        len++;
    return len;
}

void report_json(struct btl_out *out, struct btl_str text)
{
    btl_format(out, "\"");
    for (size_t i = 0; i < text.len;) {
        struct btl_str rest = {text.at + i, text.len - i};
        size_t len = json_plain_length(rest); // usually all of it
        if (len == 0)
            btl_utf8_next(rest, &len); // stays 0 at bytes that are not UTF-8
        char c = rest.at[0];
        if (len == 0)
            btl_format(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            btl_format(out, "\\%c", c);
        else if ((uint8_t)c < ' ' || c == 0x7f)
            btl_format(out, "\\u%04x", (unsigned)(uint8_t)c);
        else
            btl_format(out, "%pS", &(struct btl_str){rest.at, len});
        i += len == 0 ? 1 : len;
    }
    btl_format(out, "\"");
}

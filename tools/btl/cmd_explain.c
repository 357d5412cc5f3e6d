// SPDX-License-Identifier: BSD-2-Clause
// btl explain: the cause and the cure of a message, from docs/messages.md.
#include <string.h>

#include <btl/config.h>

#include <btl/messages.h>
#include "report.h"

#define WIDTH  80
#define INDENT 4

static const struct message {
    const char *code, *sentence;
    enum btl_severity severity;
} messages[] = {
#define DIAG(name, code, severity, sentence) {code, sentence, BTL_##severity},
#include <btl/diag.def>
#undef DIAG
};

static const struct message *find_message(struct btl_str code)
{
    for (size_t i = 0; i < BTL_COUNT(messages); i++) {
        if (btl_str_equal(code, btl_str_of(messages[i].code)))
            return &messages[i];
    }
    return NULL;
}

// The sentence with an ellipsis for each argument.
static const char *replace_arguments(struct btl_arena *arena, const char *sentence)
{
    char *text = MEMORY_ARRAY(arena, char, 2 * strlen(sentence) + 1), *to = text;
    for (; *sentence != '\0'; sentence++) {
        if (sentence[0] == '%' && sentence[1] >= '1' && sentence[1] <= '9') {
            to = stpcpy(to, "...");
            sentence++;
        } else
            *to++ = *sentence;
    }
    return text;
}

// Print a paragraph in lines of WIDTH characters.
static void print_paragraph(struct btl_out *out, const char *text)
{
    size_t column = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t len = strcspn(text, " ");
        if (column != 0 && column + 1 + len > WIDTH) {
            btl_format(out, "\n");
            column = 0;
        }
        btl_format(out, "%*s%.*s", column == 0 ? INDENT : 1, "", (int)len, text);
        column += len + (column == 0 ? INDENT : 1);
        text += len;
    }
    btl_format(out, "\n");
}

static void explain_message(struct btl_out *out, struct btl_arena *arena,
                            const struct btl_explanation *found)
{
    const struct message *message = find_message(btl_str_of(found->code));
    btl_format(out, "%s", found->code);
    if (message != NULL) {
        btl_format(out, " (%s)\n", btl_severity_name(message->severity));
        print_paragraph(out, replace_arguments(arena, message->sentence));
    }
    btl_format(out, "\n");
    print_paragraph(out, found->text);
}

// A code may be copied out of a message with its brackets: "[file-not-found]".
static struct btl_str strip_brackets(const char *word)
{
    struct btl_str code = btl_str_of(word);
    if (code.len > 2 && code.at[0] == '[' && code.at[code.len - 1] == ']')
        code = (struct btl_str){code.at + 1, code.len - 2};
    return code;
}

static void report_unknown_code(struct host *host, struct btl_str code)
{
    struct btl_str known[BTL_COUNT(messages)];
    for (size_t i = 0; i < BTL_COUNT(known); i++)
        known[i] = btl_str_of(messages[i].code);
    struct btl_str near = btl_nearest(code, known, BTL_COUNT(known));
    struct btl_str hint = near.len > 0 ? memory_text(host->arena, "did you mean \"%pS\"?", &near)
                                       : BTL_STR("'btl explain' without a code lists all");
    btl_report(&host->diags, BTL_HOST_NO_CODE, ((struct btl_place){.file = BTL_STR("btl")}),
               BTL_ARG(code), BTL_ARG(hint));
}

static int explain_command(struct host *host, int argc, char **argv)
{
    static const struct command_option options[] = {{0}};
    struct btl_out out = out_to(stdout);
    bool any = false;
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    for (uint32_t i = 0; optind == argc && i < btl_messages.count; i++)
        btl_format(&out, "%s\n", btl_messages.list[i].code);
    for (int i = optind; i < argc; i++) {
        struct btl_str code = strip_brackets(argv[i]);
        const struct btl_explanation *found = btl_message_find(&btl_messages, code);
        if (found == NULL) {
            report_unknown_code(host, code);
            continue;
        }
        btl_format(&out, any ? "\n" : "");
        explain_message(&out, host->arena, found);
        any = true;
    }
    return EXIT_GOOD;
}

const struct command cmd_explain = {
    .name = "explain",
    .synopsis = "[CODE ...]",
    .summary = "tells the cause and the cure of a message; without CODE lists all codes",
    .help = "CODE is the word in brackets at the end of a message.\n\n"
            "Example: btl explain file-not-found\n",
    .run = explain_command,
};

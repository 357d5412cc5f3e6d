// SPDX-License-Identifier: BSD-2-Clause
// btl explain: cause and cure of a message, from docs/messages.md.
#include <string.h>

#include <btl/config.h>

#include "../../efi/messages_text.h"
#include "report.h"

#define WIDTH  80
#define INDENT 4

static const struct sentence {
    const char *code, *sentence;
    enum btl_severity severity;
} sentences[] = {
#define DIAG(name, code, severity, sentence) {code, sentence, BTL_##severity},
#include <btl/diag.def>
#undef DIAG
};

static const struct sentence *sentence_of(struct btl_str code)
{
    for (size_t i = 0; i < BTL_COUNT(sentences); i++) {
        if (btl_str_equal(code, btl_str_of(sentences[i].code)))
            return &sentences[i];
    }
    return NULL;
}

static size_t word_length(const char *text)
{
    return strcspn(text, " ");
}

// The sentence with an ellipsis where a message has its own words.
static const char *blank_out(struct btl_arena *arena, const char *sentence)
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

// A paragraph in lines of WIDTH characters.
static void print_paragraph(struct btl_out *out, const char *text)
{
    size_t column = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t len = word_length(text);
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

static const char *severity_name(enum btl_severity severity)
{
    return severity == BTL_ERROR ? "error" : severity == BTL_WARNING ? "warning" : "note";
}

static void explain(struct btl_out *out, struct btl_arena *arena, const struct message_text *found)
{
    const struct sentence *said = sentence_of(btl_str_of(found->code));
    btl_format(out, "%s", found->code);
    if (said != NULL) {
        btl_format(out, " (%s)\n", severity_name(said->severity));
        print_paragraph(out, blank_out(arena, said->sentence));
    }
    btl_format(out, "\n");
    print_paragraph(out, found->text);
}

// As it may be copied out of a message: "[file-not-found]".
static struct btl_str code_in(const char *word)
{
    struct btl_str code = btl_str_of(word);
    if (code.len > 2 && code.at[0] == '[' && code.at[code.len - 1] == ']')
        code = (struct btl_str){code.at + 1, code.len - 2};
    return code;
}

static void unknown(struct host *host, struct btl_str code)
{
    struct btl_str known[BTL_COUNT(sentences)];
    for (size_t i = 0; i < BTL_COUNT(known); i++)
        known[i] = btl_str_of(sentences[i].code);
    struct btl_str near = btl_nearest(code, known, BTL_COUNT(known));
    struct btl_str hint = near.len > 0 ? memory_text(host->arena, "did you mean \"%pS\"?", &near)
                                       : BTL_STR("'btl explain' without a code lists all");
    btl_report(&host->diags, BTL_HOST_NO_CODE, ((struct btl_place){.file = BTL_STR("btl")}),
               BTL_ARG(code), BTL_ARG(hint));
}

static int run(struct host *host, int argc, char **argv)
{
    static const struct option words[] = {{0}};
    struct btl_out out = out_to(stdout);
    bool any = false;
    if (next_option(host, argc, argv, "", words) != -1)
        return EXIT_ERRORS;
    for (uint32_t i = 0; optind == argc && message_text_at(i) != NULL; i++)
        btl_format(&out, "%s\n", message_text_at(i)->code);
    for (int i = optind; i < argc; i++) {
        struct btl_str code = code_in(argv[i]);
        const struct message_text *found = message_text_find(code);
        if (found == NULL) {
            unknown(host, code);
            continue;
        }
        btl_format(&out, any ? "\n" : "");
        explain(&out, host->arena, found);
        any = true;
    }
    return EXIT_GOOD;
}

const struct command cmd_explain = {
    .name = "explain",
    .synopsis = "[CODE ...]",
    .summary = "tells the cause and the cure of a message; without CODE lists all codes",
    .help = "CODE is what stands in brackets at the end of a message.\n\n"
            "Example: btl explain file-not-found\n",
    .run = run,
};

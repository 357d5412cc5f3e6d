// SPDX-License-Identifier: BSD-2-Clause
// The list of diagnostics, and their sentences.
#include <btl/diag.h>

#include <btl/utf8.h>

#define SHOWN_MAX 1024 // bytes of one argument in a sentence: a hostile name may be megabytes long

static const struct {
    const char *name;
    enum btl_severity severity;
    const char *sentence;
} messages[] = {
#define DIAG(name, code, severity, sentence) [BTL_##name] = {code, BTL_##severity, sentence},
#include <btl/diag.def>
#undef DIAG
};

const char *btl_code_name(enum btl_code code)
{
    return (size_t)code < BTL_COUNT(messages) ? messages[code].name : "?";
}

enum btl_severity btl_code_severity(enum btl_code code)
{
    return (size_t)code < BTL_COUNT(messages) ? messages[code].severity : BTL_ERROR;
}

const char *btl_severity_name(enum btl_severity severity)
{
    return severity == BTL_ERROR ? "error" : severity == BTL_WARNING ? "warning" : "note";
}

static struct btl_diag *diag_append(struct btl_diags *diags, enum btl_code code)
{
    struct btl_diag *diag = BTL_NEW(diags->arena, struct btl_diag);
    if (diag == NULL) {
        diags->lost++;
        diags->errors++;
        return NULL;
    }
    diag->code = code;
    if (diags->last == NULL)
        diags->first = diag;
    else
        diags->last->next = diag;
    diags->last = diag;
    diags->count++;
    return diag;
}

// Count a diagnostic that the list has no place for.
static struct btl_diag *diag_count_more(struct btl_diags *diags)
{
    if (diags->more == NULL)
        diags->more = diag_append(diags, BTL_DIAGS_MORE);
    if (diags->more != NULL)
        diags->more->arg[0] = BTL_DEC(diags->more->arg[0].number + 1);
    return diags->more;
}

struct btl_diag *btl_diag_add(struct btl_diags *diags, enum btl_code code, struct btl_place place,
                              const struct btl_arg *args, size_t count)
{
    bool full = diags->count >= BTL_DIAGS_MAX;
    struct btl_diag *diag = full ? diag_count_more(diags) : diag_append(diags, code);
    if (diag == NULL)
        return NULL;
    diags->errors += btl_code_severity(code) == BTL_ERROR;
    diags->warnings += btl_code_severity(code) == BTL_WARNING;
    if (full)
        return diag;
    diag->place = place;
    for (size_t i = 0; i < count && i < BTL_DIAG_ARGS; i++)
        diag->arg[i] = args[i];
    return diag;
}

static void put_letter(struct btl_out *out, struct btl_str letter)
{
    size_t end = 0;
    if (btl_utf8_shown(btl_utf8_next(letter, &end)) && end == letter.len)
        btl_format(out, "%pS", &letter);
    else
        btl_put_escaped(out, letter, SHOWN_MAX);
}

static void put_arg(struct btl_out *out, const struct btl_arg *arg)
{
    switch (arg->kind) {
    case BTL_ARG_STR:
        btl_put_escaped(out, arg->str, SHOWN_MAX);
        break;
    case BTL_ARG_LETTER:
        put_letter(out, arg->str);
        break;
    case BTL_ARG_DEC:
        btl_format(out, "%lu", arg->number);
        break;
    case BTL_ARG_HEX:
        btl_format(out, "0x%lx", arg->number);
        break;
    case BTL_ARG_SIZE:
        btl_format(out, "%pB", &arg->number);
        break;
    }
}

void btl_diag_sentence(struct btl_out *out, const struct btl_diag *diag)
{
    const char *at = (size_t)diag->code < BTL_COUNT(messages) ? messages[diag->code].sentence : "?";
    while (*at != '\0') {
        size_t plain = 0;
        while (at[plain] != '\0' && at[plain] != '%')
            plain++;
        btl_format(out, "%pS", &(struct btl_str){at, plain});
        at += plain;
        if (at[0] == '%' && at[1] >= '1' && at[1] <= '0' + BTL_DIAG_ARGS) {
            put_arg(out, &diag->arg[at[1] - '1']);
            at += 2;
        } else if (at[0] == '%') {
            btl_format(out, "%%");
            at += at[1] == '%' ? 2 : 1;
        }
    }
}

// A path with a blank stands in quotes: one at its end would not be seen.
static void put_place(struct btl_out *out, const struct btl_place *place)
{
    if (place->file.len == 0)
        return;
    const char *quote = btl_str_find(place->file, ' ') < place->file.len ? "\"" : "";
    btl_format(out, "%s", quote);
    btl_put_escaped(out, place->file, SHOWN_MAX);
    btl_format(out, "%s", quote);
    if (place->line != 0)
        btl_format(out, ":%u", place->line);
    if (place->line != 0 && place->column != 0)
        btl_format(out, ":%u", place->column);
    btl_format(out, ": ");
}

void btl_diag_print(struct btl_out *out, const struct btl_diag *diag)
{
    put_place(out, &diag->place);
    btl_format(out, "%s: ", btl_severity_name(btl_code_severity(diag->code)));
    if (diag->place.module.len != 0) {
        btl_put_escaped(out, diag->place.module, SHOWN_MAX);
        btl_format(out, ": ");
    }
    btl_diag_sentence(out, diag);
    btl_format(out, " [%s]", btl_code_name(diag->code));
}

const struct btl_diag *btl_diag_since(const struct btl_diags *diags, const struct btl_diag *before)
{
    return before != NULL ? before->next : diags->first;
}

const struct btl_diag *btl_error_since(const struct btl_diags *diags, const struct btl_diag *before)
{
    const struct btl_diag *diag = btl_diag_since(diags, before);
    while (diag != NULL && btl_code_severity(diag->code) != BTL_ERROR)
        diag = diag->next;
    return diag != NULL ? diag : diags->more; // the list is full: the error was counted there
}

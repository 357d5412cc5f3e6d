// SPDX-License-Identifier: BSD-2-Clause
// The value of a tunable: parsed, and checked against the type and range that the module declares.
#include <btl/tunable.h>

#include <btl/mem.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

// -?[0-9]+ or -?0x[0-9a-f]+, within int64_t.
static bool parse_int(struct btl_str text, int64_t *ret)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    size_t at = negative;
    int base = 10;
    int64_t value = 0;

    if (text.len >= at + 2 && text.at[at] == '0' && (text.at[at + 1] | 0x20) == 'x') {
        base = 16;
        at += 2;
    }
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        int digit = digit_of(text.at[at]);
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

static bool parse_bool(struct btl_str text, bool *ret)
{
    static const struct {
        struct btl_str word;
        bool value;
    } words[] = {{BTL_STR("YES"), true}, {BTL_STR("yes"), true}, {BTL_STR("1"), true},
                 {BTL_STR("NO"), false}, {BTL_STR("no"), false}, {BTL_STR("0"), false}};

    for (size_t i = 0; i < BTL_COUNT(words); i++) {
        if (!btl_str_equal(text, words[i].word))
            continue;
        *ret = words[i].value;
        return true;
    }
    return false;
}

// A number that may be negative, as an argument of a message.
static struct btl_arg signed_arg(struct btl_diags *diags, int64_t value)
{
    char text[24];

    btl_format_to(text, sizeof(text), "%ld", value);
    return BTL_ARG(btl_str_copy(diags->arena, btl_str_of(text)));
}

static bool tunable_parse_int(const struct btl_tunable *tunable, struct btl_str name,
                              struct btl_str value, void *storage, struct btl_place place,
                              struct btl_diags *diags)
{
    int64_t number;
    bool is_number = parse_int(value, &number);

    if (is_number && number >= tunable->min && number <= tunable->max) {
        if (storage != NULL)
            *(int64_t *)storage = number;
        return true;
    }
    btl_report(diags, is_number ? BTL_RUN_TUNABLE_RANGE : BTL_RUN_TUNABLE_NUMBER, place,
               BTL_ARG(value), BTL_ARG(name), signed_arg(diags, tunable->min),
               signed_arg(diags, tunable->max));
    return false;
}

static bool tunable_parse_bool(const struct btl_tunable *tunable, struct btl_str name,
                               struct btl_str value, void *storage, struct btl_place place,
                               struct btl_diags *diags)
{
    bool flag;
    if (parse_bool(value, &flag)) {
        if (storage != NULL)
            *(bool *)storage = flag;
        return true;
    }
    btl_report(diags, BTL_RUN_TUNABLE_BOOL, place, BTL_ARG(value), BTL_ARG(name));
    return false;
}

static bool tunable_parse_string(const struct btl_tunable *tunable, struct btl_str name,
                                 struct btl_str value, void *storage, struct btl_place place,
                                 struct btl_diags *diags)
{
    if (tunable->max > 0 && value.len < (uint64_t)tunable->max) {
        if (storage != NULL) {
            memcpy(storage, value.at, value.len);
            ((char *)storage)[value.len] = '\0';
        }
        return true;
    }
    btl_report(diags, BTL_RUN_TUNABLE_LONG, place, BTL_ARG(name), BTL_DEC(value.len),
               BTL_DEC(tunable->max - 1));
    return false;
}

bool btl_tunable_parse(const struct btl_tunable *tunable, struct btl_str name, struct btl_str value,
                       void *storage, struct btl_place place, struct btl_diags *diags)
{
    if (tunable->type == BTL_TUNABLE_INT)
        return tunable_parse_int(tunable, name, value, storage, place, diags);
    if (tunable->type == BTL_TUNABLE_BOOL)
        return tunable_parse_bool(tunable, name, value, storage, place, diags);
    return tunable_parse_string(tunable, name, value, storage, place, diags);
}

void btl_tunable_print(const struct btl_tunable *tunable, struct btl_out *out)
{
    if (tunable->type == BTL_TUNABLE_INT)
        btl_format(out, "int from %ld to %ld", tunable->min, tunable->max);
    else if (tunable->type == BTL_TUNABLE_BOOL)
        btl_format(out, "bool");
    else
        btl_format(out, "string up to %ld bytes", tunable->max - 1);
}

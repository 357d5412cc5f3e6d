// SPDX-License-Identifier: BSD-2-Clause
#include <btl/condition.h>
#include <btl/types.h>

static bool is_letter(char c)
{
    return btl_lower(c) >= 'a' && btl_lower(c) <= 'z';
}

// Take the next run of digits or of letters.
static bool version_take_part(struct btl_str *rest, struct btl_str *ret_part)
{
    size_t begin = 0;
    while (begin < rest->len && !btl_is_digit(rest->at[begin]) && !is_letter(rest->at[begin]))
        begin++;
    struct btl_str text = btl_str_after(*rest, begin);
    size_t end = 0;
    while (end < text.len &&
           (btl_is_digit(text.at[0]) ? btl_is_digit(text.at[end]) : is_letter(text.at[end])))
        end++;
    *ret_part = btl_str_first(text, end);
    *rest = btl_str_after(text, end);
    return end > 0;
}

static int version_compare_part(struct btl_str a, struct btl_str b)
{
    uint64_t x = 0, y = 0;
    bool number = btl_parse_number(a, &x);
    if (number != btl_parse_number(b, &y))
        return number ? 1 : -1;
    return number ? (x > y) - (x < y) : btl_str_compare(a, b);
}

int btl_version_compare(struct btl_str version, struct btl_str limit)
{
    struct btl_str a, b;
    int order = 0;
    while (order == 0 && version_take_part(&limit, &b))
        order = version_take_part(&version, &a) ? version_compare_part(a, b) : -1;
    return order;
}

static const struct {
    struct btl_str sign;
    bool below, equal, above; // met when the version is
} comparisons[] = {
    {{">=", 2}, false, true, true}, {{"<=", 2}, true, true, false}, {{"!=", 2}, true, false, true},
    {{">", 1}, false, false, true}, {{"<", 1}, true, false, false}, {{"=", 1}, false, true, false},
};

static bool condition_judge_one(struct btl_str text, struct btl_str version, bool *ret_met)
{
    struct btl_str part, rest;
    size_t i = 0;
    while (i < BTL_COUNT(comparisons) && !btl_str_begins(text, comparisons[i].sign))
        i++;
    if (i == BTL_COUNT(comparisons))
        return false;
    struct btl_str limit = rest = btl_str_after(text, comparisons[i].sign.len);
    if (limit.len == 0 || !btl_is_digit(limit.at[0]) || !version_take_part(&rest, &part))
        return false;
    int order = btl_version_compare(version, limit);
    *ret_met = order < 0    ? comparisons[i].below
               : order == 0 ? comparisons[i].equal
                            : comparisons[i].above;
    return true;
}

bool btl_condition_judge(struct btl_str text, struct btl_str version, bool *ret_met)
{
    struct btl_str condition;
    bool met = true, one, any = false;
    while (btl_take_name(&text, &condition)) {
        if (!condition_judge_one(condition, version, &one))
            return false;
        met = met && one;
        any = true;
    }
    if (any)
        *ret_met = met;
    return any;
}

// SPDX-License-Identifier: BSD-2-Clause
// The fields of a message in a log.
#include <btl/log.h>

static struct btl_str entry_take_line(struct btl_str *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->at[len] != '\n')
        len++;
    struct btl_str line = {rest->at, len};
    len += len < rest->len;
    *rest = (struct btl_str){rest->at + len, rest->len - len};
    return line;
}

// Read "[    1.002003]" of a line that has a prefix. A number that is too large ends at its
// maximum.
static uint64_t entry_microseconds(struct btl_str line)
{
    uint64_t value = 0;
    for (size_t i = 1; i < line.len && line.at[i] != ']'; i++) {
        if (line.at[i] < '0' || line.at[i] > '9')
            continue;
        if (value > UINT64_MAX / 10 - 1)
            return UINT64_MAX;
        value = value * 10 + (uint64_t)(line.at[i] - '0');
    }
    return value;
}

// Return the code at the end of a message: "… [file-not-found]"; empty: it has none.
static struct btl_str entry_code(struct btl_str text)
{
    size_t end = text.len, begin;
    if (end < 3 || text.at[end - 1] != ']')
        return BTL_STR("");
    for (begin = end - 1; begin > 0 && text.at[begin - 1] != '['; begin--) {
        char c = text.at[begin - 1];
        if (c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9'))
            return BTL_STR("");
    }
    return begin == 0 ? BTL_STR("") : (struct btl_str){text.at + begin, end - 1 - begin};
}

bool btl_log_next_entry(struct btl_str *rest, struct btl_log_entry *ret_entry)
{
    if (rest->len == 0)
        return false;
    struct btl_str line = entry_take_line(rest), text = line;
    *ret_entry = (struct btl_log_entry){.level = BTL_LOG_INFO};
    if (btl_log_take_apart(line, &ret_entry->level, &text))
        ret_entry->microseconds = entry_microseconds(line);
    // Lines without a prefix continue the message.
    enum btl_log_level ignored;
    struct btl_str more = *rest, next, next_text;
    while (more.len > 0 &&
           (next = entry_take_line(&more), !btl_log_take_apart(next, &ignored, &next_text))) {
        text.len = (size_t)(next.at + next.len - text.at);
        *rest = more;
    }
    ret_entry->text = text;
    ret_entry->code = entry_code(text);
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Assignments of loader.conf, written: what config_line.c reads back as it was.
#include <btl/config.h>

static bool is_key(struct btl_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (!btl_is_name_character(key.at[i]) && key.at[i] != '.')
            return false;
    }
    return key.len > 0;
}

// No escape stands for a control character: the only one that a value can have is the tab.
static bool is_writable_value(struct btl_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (((uint8_t)value.at[i] < ' ' && value.at[i] != '\t') || value.at[i] == 0x7f)
            return false;
    }
    return true;
}

void btl_config_quote(struct btl_str value, struct btl_out *out)
{
    btl_format(out, "\"");
    for (size_t at = 0, end = 0; at < value.len; at = end) {
        // A piece is what needs no escape; the character that begins it has been seen to.
        if (value.at[at] == '"' || value.at[at] == '\\')
            btl_format(out, "\\");
        do
            end++;
        while (end < value.len && value.at[end] != '"' && value.at[end] != '\\');
        btl_format(out, "%pS", &(struct btl_str){value.at + at, end - at});
    }
    btl_format(out, "\"");
}

bool btl_config_line(struct btl_str key, struct btl_str value, struct btl_out *out)
{
    if (!is_key(key) || !is_writable_value(value))
        return false;
    btl_format(out, "%pS=", &key);
    btl_config_quote(value, out);
    btl_format(out, "\n");
    return true;
}

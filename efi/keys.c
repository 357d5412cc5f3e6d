// SPDX-License-Identifier: BSD-2-Clause
// Escape sequences of keys from xterm, VT220 and the Linux console (ECMA-48, 5.4).
#include "keys.h"

static const struct {
    const char *text;
    fw_key key;
} sequences[] = {
    {"[A", FW_KEY_UP},        {"[B", FW_KEY_DOWN},      {"[C", FW_KEY_RIGHT},
    {"[D", FW_KEY_LEFT},      {"[H", FW_KEY_HOME},      {"[F", FW_KEY_END},
    {"OA", FW_KEY_UP},        {"OB", FW_KEY_DOWN},      {"OC", FW_KEY_RIGHT},
    {"OD", FW_KEY_LEFT},      {"OH", FW_KEY_HOME},      {"OF", FW_KEY_END},
    {"[1~", FW_KEY_HOME},     {"[2~", FW_KEY_INSERT},   {"[3~", FW_KEY_DELETE},
    {"[4~", FW_KEY_END},      {"[5~", FW_KEY_PAGE_UP},  {"[6~", FW_KEY_PAGE_DOWN},
    {"[7~", FW_KEY_HOME},     {"[8~", FW_KEY_END},      {"OP", FW_KEY_F1},
    {"OQ", FW_KEY_F1 + 1},    {"OR", FW_KEY_F1 + 2},    {"OS", FW_KEY_F1 + 3},
    {"[[A", FW_KEY_F1},       {"[[B", FW_KEY_F1 + 1},   {"[[C", FW_KEY_F1 + 2},
    {"[[D", FW_KEY_F1 + 3},   {"[[E", FW_KEY_F1 + 4},   {"[11~", FW_KEY_F1},
    {"[12~", FW_KEY_F1 + 1},  {"[13~", FW_KEY_F1 + 2},  {"[14~", FW_KEY_F1 + 3},
    {"[15~", FW_KEY_F1 + 4},  {"[17~", FW_KEY_F1 + 5},  {"[18~", FW_KEY_F1 + 6},
    {"[19~", FW_KEY_F1 + 7},  {"[20~", FW_KEY_F1 + 8},  {"[21~", FW_KEY_F1 + 9},
    {"[23~", FW_KEY_F1 + 10}, {"[24~", FW_KEY_F1 + 11},
};

static fw_key key_lookup(const struct key_sequence *sequence)
{
    struct btl_str text = {sequence->text, sequence->len};
    for (size_t i = 0; i < BTL_COUNT(sequences); i++) {
        if (btl_str_equal(text, btl_str_of(sequences[i].text)))
            return sequences[i].key;
    }
    bool answer = text.at[0] == '[' && text.at[text.len - 1] == 'R';
    return answer ? 0 : (fw_key)FW_KEY_OTHER;
}

// Does `c` end the sequence? Forms: ESC [, parameters, a final byte; ESC O or ESC [ [ and a byte.
static bool is_final(const struct key_sequence *sequence, char c)
{
    if (sequence->text[0] == 'O' || (sequence->len > 2 && sequence->text[1] == '['))
        return true;
    return c >= '@' && !(c == '[' && sequence->len == 2);
}

enum key_progress key_sequence_parse(struct key_sequence *sequence, fw_key next, fw_key *ret_key)
{
    char c = next >= ' ' && next <= '~' ? (char)next : '\0';
    if (sequence->len == 0 ? c != '[' && c != 'O' : c == '\0')
        return KEY_NONE;
    if (sequence->len == sizeof(sequence->text))
        return KEY_NONE;
    sequence->text[sequence->len++] = c;
    if (sequence->len == 1 || !is_final(sequence, c))
        return KEY_MORE;
    *ret_key = key_lookup(sequence);
    return KEY_COMPLETE;
}

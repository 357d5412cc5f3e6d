// SPDX-License-Identifier: BSD-2-Clause
// Long and short names (FAT specification, sections 6 and 7).
#include "fat_name.h"

#include <btl/format.h>
#include <btl/utf8.h>

#include <btl/mem.h>

#define LOWER_BASE      0x08
#define LOWER_EXTENSION 0x10

static const uint8_t unit_places[FAT_ENTRY_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry)
{
    unsigned number = entry[0] & 0x3f;
    if (entry[0] & FAT_LONG_LAST) {
        name->parts = number <= FAT_LONG_UNITS / FAT_ENTRY_UNITS ? number : 0;
        name->expected = number;
        name->checksum = entry[13];
    }
    if (name->parts == 0 || number == 0 || number != name->expected ||
        entry[13] != name->checksum) {
        name->parts = 0; // an orphan: the short name will do
        return;
    }
    name->expected--;
    for (unsigned i = 0; i < FAT_ENTRY_UNITS; i++)
        name->unit[(number - 1) * FAT_ENTRY_UNITS + i] = fat_read16(entry + unit_places[i]);
}

uint8_t fat_short_checksum(const uint8_t *short_name)
{
    uint8_t sum = 0;
    for (unsigned i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
    return sum;
}

// Three bytes per unit are always enough.
static size_t long_to_utf8(const struct fat_long_name *name, char text[static FAT_NAME_MAX])
{
    size_t len = 0, count = name->parts * FAT_ENTRY_UNITS;
    for (size_t index = 0; index < count && name->unit[index] != 0;)
        len += btl_utf8_put(btl_utf16_next(name->unit, count, &index), text + len);
    return len;
}

static size_t put_short_part(char *to, const uint8_t *from, unsigned size, bool lower)
{
    size_t len = 0;
    while (size > 0 && from[size - 1] == ' ')
        size--;
    for (unsigned i = 0; i < size; i++) {
        char c = lower ? btl_lower((char)from[i]) : (char)from[i];
        to[len++] = from[i] < 0x80 ? c : '_'; // of an unknown code page
    }
    return len;
}

size_t fat_short_text(const uint8_t *entry, char text[static FAT_NAME_MAX])
{
    uint8_t base[8];
    memcpy(base, entry, 8);
    if (base[0] == 0x05)
        base[0] = 0xe5; // 0xe5 itself marks a free entry
    size_t len = put_short_part(text, base, 8, entry[12] & LOWER_BASE);
    char extension[3];
    size_t extra = put_short_part(extension, entry + 8, 3, entry[12] & LOWER_EXTENSION);
    if (extra > 0) {
        text[len++] = '.';
        memcpy(text + len, extension, extra);
    }
    return len + extra;
}

size_t fat_name(const struct fat_long_name *long_name, const uint8_t *entry,
                char text[static FAT_NAME_MAX])
{
    size_t len = 0;
    if (long_name->parts != 0 && long_name->expected == 0 &&
        long_name->checksum == fat_short_checksum(entry))
        len = long_to_utf8(long_name, text);
    return len > 0 ? len : fat_short_text(entry, text);
}

// A character that a short name may have as it is; 0: none (FAT specification, section 6.1).
static char short_character(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    bool good = (c >= 'A' && c <= 'Z') || btl_is_digit(c) ||
                btl_str_find(BTL_STR("$%'-_@~`!(){}^#&"), c) < sizeof("$%'-_@~`!(){}^#&") - 1;
    return good ? c : '\0';
}

static size_t put_short_characters(uint8_t *to, size_t max, struct btl_str text)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < max; i++) {
        if (text.at[i] == ' ' || text.at[i] == '.' || btl_utf8_continues(text.at[i]))
            continue;
        char c = short_character(text.at[i]);
        to[len++] = (uint8_t)(c != '\0' ? c : '_');
    }
    return len;
}

void fat_short_name(struct btl_str name, uint32_t number, uint8_t ret_name[static FAT_SHORT_SIZE])
{
    char digits[12];
    size_t dot = btl_str_find_last(name, '.');
    size_t tail = btl_format_to(digits, sizeof(digits), "~%u", number);
    memset(ret_name, ' ', FAT_SHORT_SIZE);
    size_t len = put_short_characters(ret_name, 8 - tail, btl_str_first(name, dot));
    memcpy(ret_name + len, digits, tail);
    if (dot < name.len)
        put_short_characters(ret_name + 8, 3, btl_str_after(name, dot + 1));
}

bool fat_long_name(struct btl_str name, struct fat_long_name *ret_name)
{
    struct fat_long_name long_name = {.parts = 0};
    struct btl_str forbidden = BTL_STR("\\/:*?\"<>|");
    size_t units = 0;
    for (size_t at = 0; at < name.len;) {
        uint32_t point = btl_utf8_next(name, &at);
        bool good = point != BTL_UTF8_BAD && point >= ' ' &&
                    (point >= 0x80 || btl_str_find(forbidden, (char)point) == forbidden.len);
        if (!good || units + 2 > FAT_LONG_MAX)
            return false;
        units += btl_utf16_put(point, long_name.unit + units);
    }
    // Such an end is cut off by some systems and not by others.
    if (units == 0 || name.at[name.len - 1] == '.' || name.at[name.len - 1] == ' ')
        return false;
    long_name.parts = (unsigned)(units + FAT_ENTRY_UNITS - 1) / FAT_ENTRY_UNITS;
    // A NUL ends the name where it does not fill its entries, then 0xffff.
    for (size_t i = units + 1; i < long_name.parts * FAT_ENTRY_UNITS; i++)
        long_name.unit[i] = 0xffff;
    *ret_name = long_name;
    return true;
}

void fat_long_name_put(const struct fat_long_name *name, unsigned number, uint8_t checksum,
                       uint8_t *entry)
{
    memset(entry, 0, FAT_ENTRY_SIZE);
    entry[0] = (uint8_t)(number == name->parts ? number | FAT_LONG_LAST : number);
    entry[11] = FAT_LONG;
    entry[13] = checksum;
    for (unsigned i = 0; i < FAT_ENTRY_UNITS; i++)
        fat_put16(entry + unit_places[i], name->unit[(number - 1) * FAT_ENTRY_UNITS + i]);
}

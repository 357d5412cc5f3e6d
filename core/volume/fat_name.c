// SPDX-License-Identifier: BSD-2-Clause
// Long and short names (FAT specification, sections 6 and 7).
#include "fat_name.h"

#include <btl/utf8.h>

#include <btl/mem.h>

#define LAST_LONG       0x40
#define LOWER_BASE      0x08
#define LOWER_EXTENSION 0x10

void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry)
{
    static const uint8_t place[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned number = entry[0] & 0x3f;
    if (entry[0] & LAST_LONG) {
        name->parts = number <= FAT_LONG_UNITS / 13 ? number : 0;
        name->expected = number;
        name->checksum = entry[13];
    }
    if (name->parts == 0 || number == 0 || number != name->expected ||
        entry[13] != name->checksum) {
        name->parts = 0; // an orphan: the short name will do
        return;
    }
    name->expected--;
    for (unsigned i = 0; i < 13; i++)
        name->unit[(number - 1) * 13 + i] = fat_read16(entry + place[i]);
}

static uint8_t short_checksum(const uint8_t *short_name)
{
    uint8_t sum = 0;
    for (unsigned i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
    return sum;
}

// Three bytes per unit are always enough.
static size_t long_to_utf8(const struct fat_long_name *name, char text[static FAT_NAME_MAX])
{
    size_t len = 0, count = name->parts * 13;
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

static size_t short_to_utf8(const uint8_t *entry, char text[static FAT_NAME_MAX])
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
        long_name->checksum == short_checksum(entry))
        len = long_to_utf8(long_name, text);
    return len > 0 ? len : short_to_utf8(entry, text);
}

// SPDX-License-Identifier: BSD-2-Clause
// Entries of FAT directories, and the names in them: a short one, and a long one in entries before
// it.
#ifndef BTL_CORE_FAT_NAME_H
#define BTL_CORE_FAT_NAME_H

#include <btl/types.h>

#define FAT_ENTRY_SIZE 32u
#define FAT_LONG_UNITS 260u                 // 20 entries of 13 UTF-16 units
#define FAT_NAME_MAX   (FAT_LONG_UNITS * 3) // bytes of UTF-8

// The long name that is being collected; its entries stand before that of the file, last part
// first.
struct fat_long_name {
    uint16_t unit[FAT_LONG_UNITS];
    unsigned expected; // number of the part that must come next; 0: complete
    unsigned parts;    // 0: there is none
    uint8_t checksum;  // of the short name it belongs to
};

static inline uint16_t fat_read16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t fat_read32(const uint8_t *at)
{
    return fat_read16(at) | (uint32_t)fat_read16(at + 2) << 16;
}

// Take in an entry that is a part of a long name.
void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry);
// The name of the file of `entry`, in UTF-8: the long one that was collected, where it is complete
// and belongs to it, else the short one. Return its length.
size_t fat_name(const struct fat_long_name *long_name, const uint8_t *entry,
                char text[static FAT_NAME_MAX]);

#endif

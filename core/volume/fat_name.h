// SPDX-License-Identifier: BSD-2-Clause
// Entries of FAT directories, and the names in them: a short one, and a long one in entries before
// it.
#ifndef BTL_CORE_FAT_NAME_H
#define BTL_CORE_FAT_NAME_H

#include <btl/str.h>
#include <btl/types.h>

#define FAT_ENTRY_SIZE    32u
#define FAT_ENTRY_UNITS   13u                     // UTF-16 units of a long name in one entry
#define FAT_LONG_UNITS    (20u * FAT_ENTRY_UNITS) // in all of its entries
#define FAT_LONG_MAX      255u                    // units of a name
#define FAT_NAME_MAX      (FAT_LONG_UNITS * 3)    // bytes of UTF-8
#define FAT_SHORT_SIZE    11u                     // bytes of a short name, without its dot
#define FAT_VOLUME        0x08                    // attributes of an entry
#define FAT_DIRECTORY     0x10
#define FAT_ARCHIVE       0x20
#define FAT_LONG          0x0f
#define FAT_LONG_LAST     0x40 // first byte of an entry: the last part of a long name
#define FAT_DIRECTORY_MAX (65536u * FAT_ENTRY_SIZE) // bytes, section 6
#define FAT_FREE          0xe5                      // first byte of an entry that is not used

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

static inline void fat_put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void fat_put32(uint8_t *at, uint32_t value)
{
    fat_put16(at, value);
    fat_put16(at + 2, value >> 16);
}

// Take in an entry that is a part of a long name.
void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry);
// The short name of the file of `entry`, in UTF-8. Return its length.
size_t fat_short_text(const uint8_t *entry, char text[static FAT_NAME_MAX]);
// The name of the file: the long one that was collected, where it is complete and belongs to it,
// else the short one. Return its length.
size_t fat_name(const struct fat_long_name *long_name, const uint8_t *entry,
                char text[static FAT_NAME_MAX]);
uint8_t fat_short_checksum(const uint8_t *short_name);

// The units of a name that is written. False: FAT cannot have it.
bool fat_long_name(struct btl_str name, struct fat_long_name *ret_name);
// Entry `number` of it, from 1 on; the highest stands first on the volume.
void fat_long_name_put(const struct fat_long_name *name, unsigned number, uint8_t checksum,
                       uint8_t *entry);
// The short name of the long `name`: its first letters, "~" and the number, the end of the name.
void fat_short_name(struct btl_str name, uint32_t number, uint8_t ret_name[static FAT_SHORT_SIZE]);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// FAT directories: long and short names, read once, hashed (FAT specification, sections 6 and 7).
#include "fat.h"

#include <btl/utf8.h>

#include "mem.h"

#define ENTRY_SIZE      32u
#define DIRECTORY_MAX   (65536u * ENTRY_SIZE) // bytes, section 6
#define LONG_UNITS      260u                  // 20 entries of 13 UTF-16 units
#define UTF8_MAX        (LONG_UNITS * 3)
#define ATTR_VOLUME     0x08
#define ATTR_DIRECTORY  0x10
#define ATTR_LONG       0x0f
#define LAST_LONG       0x40
#define LOWER_BASE      0x08
#define LOWER_EXTENSION 0x10

// The long name that is being collected; its entries stand before that of the file, last part
// first.
struct long_name {
    uint16_t unit[LONG_UNITS];
    unsigned expected; // number of the part that must come next; 0: complete
    unsigned parts;    // 0: there is none
    uint8_t checksum;  // of the short name it belongs to
};

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t read32(const uint8_t *at)
{
    return read16(at) | (uint32_t)read16(at + 2) << 16;
}

static void collect_long(struct long_name *name, const uint8_t *entry)
{
    static const uint8_t place[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned number = entry[0] & 0x3f;
    if (entry[0] & LAST_LONG) {
        name->parts = number <= LONG_UNITS / 13 ? number : 0;
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
        name->unit[(number - 1) * 13 + i] = read16(entry + place[i]);
}

static uint8_t short_checksum(const uint8_t *short_name)
{
    uint8_t sum = 0;
    for (unsigned i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
    return sum;
}

// A lone surrogate becomes U+FFFD. Three bytes per unit are always enough.
static size_t long_to_utf8(const struct long_name *name, char text[static UTF8_MAX])
{
    size_t len = 0;
    for (unsigned i = 0; i < name->parts * 13 && name->unit[i] != 0; i++) {
        uint32_t point = name->unit[i];
        if (point >= 0xd800 && point < 0xdc00 && i + 1 < name->parts * 13 &&
            name->unit[i + 1] >= 0xdc00 && name->unit[i + 1] < 0xe000)
            point = 0x10000 + ((point & 0x3ff) << 10) + (name->unit[++i] & 0x3ff);
        else if (point >= 0xd800 && point < 0xe000)
            point = 0xfffd;
        len += btl_utf8_put(point, text + len);
    }
    return len;
}

static size_t put_short_part(char *to, const uint8_t *from, unsigned size, bool lower)
{
    size_t len = 0;
    while (size > 0 && from[size - 1] == ' ')
        size--;
    for (unsigned i = 0; i < size; i++) {
        uint8_t c = from[i];
        if (lower && c >= 'A' && c <= 'Z')
            c = (uint8_t)(c - 'A' + 'a');
        to[len++] = (char)(c < 0x80 ? c : '_'); // of an unknown code page
    }
    return len;
}

static size_t short_to_utf8(const uint8_t *entry, char text[static UTF8_MAX])
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
    return len + (extra > 0 ? extra : 0);
}

static char fold_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_folded(struct btl_str a, struct btl_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (fold_case(a.at[i]) != fold_case(b.at[i]))
            return false;
    return true;
}

static uint64_t hash_folded(const struct btl_fat *fat, struct btl_str name)
{
    char folded[UTF8_MAX];
    size_t len = name.len < UTF8_MAX ? name.len : UTF8_MAX;
    for (size_t i = 0; i < len; i++)
        folded[i] = fold_case(name.at[i]);
    return btl_hash((struct btl_str){folded, len}, (uintptr_t)fat->arena);
}

static bool add_entry(struct btl_fat *fat, struct btl_fat_directory *directory,
                      const struct long_name *long_name, const uint8_t *entry)
{
    char text[UTF8_MAX];
    size_t len = 0;
    if (long_name->parts != 0 && long_name->expected == 0 &&
        long_name->checksum == short_checksum(entry))
        len = long_to_utf8(long_name, text);
    if (len == 0)
        len = short_to_utf8(entry, text);
    struct btl_fat_entry *added = &directory->entries[directory->count];
    added->name = btl_str_copy(fat->arena, (struct btl_str){text, len});
    if (added->name.at == NULL)
        return false;
    added->first_cluster = read16(entry + 26);
    if (fat->bits == 32)
        added->first_cluster |= (uint32_t)(read16(entry + 20) & 0x0fff) << 16;
    added->directory = (entry[11] & ATTR_DIRECTORY) != 0;
    added->size = added->directory ? 0 : read32(entry + 28);
    directory->count++;
    return true;
}

static bool parse_entries(struct btl_fat *fat, struct btl_fat_directory *directory,
                          const uint8_t *bytes, uint64_t size)
{
    struct long_name long_name = {.parts = 0};
    for (uint64_t at = 0; at + ENTRY_SIZE <= size && bytes[at] != 0; at += ENTRY_SIZE) {
        const uint8_t *entry = bytes + at;
        if (entry[0] == 0xe5) {
            long_name.parts = 0;
        } else if ((entry[11] & 0x3f) == ATTR_LONG) {
            collect_long(&long_name, entry);
        } else {
            bool shown = (entry[11] & ATTR_VOLUME) == 0 && entry[0] != '.';
            if (shown && !add_entry(fat, directory, &long_name, entry))
                return false;
            long_name.parts = 0;
        }
    }
    return true;
}

// Hashes the entries; of two equal names the first counts.
static bool hash_entries(struct btl_fat *fat, struct btl_fat_directory *directory)
{
    uint32_t slots = 8;
    while (slots < directory->count * 2)
        slots *= 2;
    directory->slots = BTL_NEW_ARRAY(fat->arena, uint32_t, slots);
    if (directory->slots == NULL)
        return false;
    directory->slot_mask = slots - 1;
    for (uint32_t i = 0; i < directory->count; i++) {
        uint64_t slot = hash_folded(fat, directory->entries[i].name) & directory->slot_mask;
        while (directory->slots[slot] != 0 &&
               !equal_folded(directory->entries[directory->slots[slot] - 1].name,
                             directory->entries[i].name))
            slot = (slot + 1) & directory->slot_mask;
        if (directory->slots[slot] == 0)
            directory->slots[slot] = i + 1;
    }
    return true;
}

// The bytes of a directory: the fixed root of FAT12 and FAT16 (cluster 0), or a chain.
static bool directory_bytes(struct btl_fat *fat, uint32_t cluster, uint8_t **ret_bytes,
                            uint64_t *ret_size, struct btl_diags *diags)
{
    uint8_t *bytes = NULL;
    uint64_t size = 0, capacity = 0;
    if (cluster == 0) {
        uint64_t block = fat->blocks->block_size;
        size = ((uint64_t)fat->root_entries * ENTRY_SIZE + block - 1) / block * block;
        bytes = btl_alloc(fat->arena, size, 8);
        if (bytes == NULL)
            goto no_memory;
        *ret_bytes = bytes;
        *ret_size = size;
        return fat_device_read(fat, fat->root, bytes, size, diags);
    }
    while (cluster != 0) {
        struct fat_run run;
        uint32_t most = (uint32_t)(DIRECTORY_MAX / fat->cluster_size + 1);
        if (!fat_next_run(fat, &cluster, most, &run, diags))
            return false;
        uint64_t part = run.count * fat->cluster_size;
        if (size + part > DIRECTORY_MAX + fat->cluster_size) {
            btl_report(diags, BTL_FAT_DIRECTORY, fat->place, BTL_DEC(DIRECTORY_MAX / ENTRY_SIZE));
            return false;
        }
        if (size + part > capacity) {
            capacity = (size + part) * 2;
            uint8_t *larger = btl_alloc(fat->arena, capacity, 8);
            if (larger == NULL)
                goto no_memory;
            if (size > 0)
                memcpy(larger, bytes, size);
            bytes = larger;
        }
        if (!fat_device_read(fat, fat_cluster_offset(fat, run.first), bytes + size, part, diags))
            return false;
        size += part;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return true;

no_memory:
    btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a directory"));
    return false;
}

static struct btl_fat_directory *read_directory(struct btl_fat *fat, uint32_t cluster,
                                                struct btl_diags *diags)
{
    uint8_t *bytes;
    uint64_t size;
    for (struct btl_fat_directory *known = fat->directories; known != NULL; known = known->next)
        if (known->first_cluster == cluster)
            return known;
    if (!directory_bytes(fat, cluster, &bytes, &size, diags))
        return NULL;
    struct btl_fat_directory *directory = BTL_NEW(fat->arena, struct btl_fat_directory);
    if (directory != NULL)
        directory->entries = BTL_NEW_ARRAY(fat->arena, struct btl_fat_entry, size / ENTRY_SIZE);
    if (directory == NULL || directory->entries == NULL ||
        !parse_entries(fat, directory, bytes, size) || !hash_entries(fat, directory)) {
        btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a directory"));
        return NULL;
    }
    directory->first_cluster = cluster;
    directory->next = fat->directories;
    fat->directories = directory;
    return directory;
}

static const struct btl_fat_entry *
find_in(const struct btl_fat *fat, const struct btl_fat_directory *directory, struct btl_str name)
{
    uint64_t slot = hash_folded(fat, name) & directory->slot_mask;
    for (; directory->slots[slot] != 0; slot = (slot + 1) & directory->slot_mask) {
        const struct btl_fat_entry *entry = &directory->entries[directory->slots[slot] - 1];
        if (equal_folded(entry->name, name))
            return entry;
    }
    return NULL;
}

// Cuts the first component off *path; an empty one means that the path has ended.
static struct btl_str next_component(struct btl_str *path)
{
    while (path->len > 0 && path->at[0] == '/') {
        path->at++;
        path->len--;
    }
    struct btl_str component = {path->at, 0};
    while (component.len < path->len && component.at[component.len] != '/')
        component.len++;
    path->at += component.len;
    path->len -= component.len;
    return component;
}

// Walks `path`. *ret_entry is NULL for the root. False: reported, when somebody listens.
static bool walk(struct btl_fat *fat, struct btl_str path, const struct btl_fat_entry **ret_entry,
                 struct btl_diags *diags)
{
    const struct btl_fat_entry *entry = NULL;
    struct btl_str rest = path;
    for (struct btl_str name = next_component(&rest); name.len > 0; name = next_component(&rest)) {
        const struct btl_fat_directory *directory = NULL;
        if (entry == NULL || entry->directory)
            directory = read_directory(
                fat, entry == NULL ? fat->root_cluster : entry->first_cluster, diags);
        else
            btl_report(diags, BTL_FAT_NOT_DIRECTORY, fat->place, BTL_ARG(path),
                       BTL_ARG(entry->name));
        if (directory == NULL)
            return false;
        entry = find_in(fat, directory, name);
        if (entry == NULL) {
            btl_report(diags, BTL_FAT_NOT_FOUND, fat->place, BTL_ARG(path), BTL_ARG(name));
            return false;
        }
    }
    *ret_entry = entry;
    return true;
}

const struct btl_fat_directory *btl_fat_list(struct btl_fat *fat, struct btl_str path,
                                             struct btl_diags *diags)
{
    const struct btl_fat_entry *entry;
    if (!walk(fat, path, &entry, diags))
        return NULL;
    if (entry != NULL && !entry->directory) {
        btl_report(diags, BTL_FAT_NOT_DIRECTORY, fat->place, BTL_ARG(path), BTL_ARG(entry->name));
        return NULL;
    }
    return read_directory(fat, entry == NULL ? fat->root_cluster : entry->first_cluster, diags);
}

const struct btl_fat_entry *btl_fat_find(struct btl_fat *fat, struct btl_str path,
                                         struct btl_diags *diags)
{
    const struct btl_fat_entry *entry;
    return walk(fat, path, &entry, diags) ? entry : NULL;
}

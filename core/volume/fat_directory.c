// SPDX-License-Identifier: BSD-2-Clause
// FAT directories: read once, hashed (FAT specification, section 6).
#include "fat.h"
#include "fat_name.h"

#include <btl/mem.h>

// Fold a name as the firmware does (EDK II): letters of ASCII and Latin-1 have no case. In UTF-8
// the latter are 0xc3 and a second byte; 0x97 there is the multiplication sign.
static struct btl_str fat_fold(struct btl_str name, char folded[static FAT_NAME_MAX])
{
    size_t len = name.len < FAT_NAME_MAX ? name.len : FAT_NAME_MAX;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)name.at[i];
        bool latin = i > 0 && (uint8_t)name.at[i - 1] == 0xc3;
        folded[i] = latin && byte >= 0x80 && byte <= 0x9e && byte != 0x97 ? (char)(byte + 0x20)
                                                                          : btl_lower(name.at[i]);
    }
    return (struct btl_str){folded, len};
}

static bool fat_folds_to(struct btl_str name, struct btl_str folded)
{
    char text[FAT_NAME_MAX];
    return btl_str_equal(fat_fold(name, text), folded);
}

// The number of the entry whose long or short name folds to this, or BTL_NONE.
static uint32_t find_folded(const struct btl_fat_directory *directory, struct btl_str folded,
                            uint32_t hash)
{
    struct btl_probe probe = btl_index_probe(&directory->index, hash);
    BTL_INDEX_EACH (&directory->index, &probe) {
        uint32_t number = btl_index_number(&directory->index, &probe);
        if (fat_folds_to(directory->entries[number].name, folded) ||
            fat_folds_to(directory->entries[number].short_name, folded))
            return number;
    }
    return BTL_NONE;
}

static void fat_index_name(struct btl_fat_directory *directory, struct btl_str name,
                           uint32_t number)
{
    char text[FAT_NAME_MAX];
    struct btl_str folded = fat_fold(name, text);
    uint32_t hash = btl_index_hash(&directory->index, folded, 0);
    if (find_folded(directory, folded, hash) == BTL_NONE)
        btl_index_add(&directory->index, hash, number);
}

// The firmware takes no notice of dots and blanks at the end of a name.
static uint32_t fat_find_name(const struct btl_fat_directory *directory, struct btl_str name)
{
    char text[FAT_NAME_MAX];
    while (name.len > 1 && (name.at[name.len - 1] == '.' || name.at[name.len - 1] == ' '))
        name.len--;
    struct btl_str folded = fat_fold(name, text);
    return find_folded(directory, folded, btl_index_hash(&directory->index, folded, 0));
}

static bool fat_add_entry(struct btl_fat *fat, struct btl_fat_directory *directory,
                          const struct fat_long_name *long_name, const uint8_t *entry)
{
    char text[FAT_NAME_MAX];
    size_t len = fat_name(long_name, entry, text);
    struct btl_fat_entry *added = &directory->entries[directory->count];
    added->name = btl_str_copy(fat->arena, (struct btl_str){text, len});
    len = fat_short_text(entry, text);
    added->short_name = btl_str_copy(fat->arena, (struct btl_str){text, len});
    if (added->name.at == NULL || added->short_name.at == NULL)
        return false;
    added->first_cluster = fat_read16(entry + 26);
    if (fat->bits == 32)
        added->first_cluster |= (uint32_t)(fat_read16(entry + 20) & 0x0fff) << 16;
    added->directory = (entry[11] & FAT_DIRECTORY) != 0;
    added->size = added->directory ? 0 : fat_read32(entry + 28);
    directory->count++;
    return true;
}

static bool fat_parse_entries(struct btl_fat *fat, struct btl_fat_directory *directory,
                              const uint8_t *bytes, uint64_t size)
{
    struct fat_long_name long_name = {.parts = 0};
    for (uint64_t at = 0; at + FAT_ENTRY_SIZE <= size && bytes[at] != 0; at += FAT_ENTRY_SIZE) {
        const uint8_t *entry = bytes + at;
        if (entry[0] == FAT_FREE) {
            long_name.parts = 0;
        } else if ((entry[11] & 0x3f) == FAT_LONG) {
            fat_long_name_add(&long_name, entry);
        } else {
            bool shown = (entry[11] & FAT_VOLUME) == 0 && entry[0] != '.';
            if (shown && !fat_add_entry(fat, directory, &long_name, entry))
                return false;
            long_name.parts = 0;
        }
    }
    return true;
}

// Index the entries by both names; of two equal names the first counts, and a long name before a
// short one.
static bool fat_index_entries(struct btl_fat *fat, struct btl_fat_directory *directory)
{
    if (!btl_index_init(&directory->index, 2 * directory->count, fat->arena))
        return false;
    for (uint32_t i = 0; i < directory->count; i++)
        fat_index_name(directory, directory->entries[i].name, i);
    for (uint32_t i = 0; i < directory->count; i++)
        fat_index_name(directory, directory->entries[i].short_name, i);
    return true;
}

static bool fat_no_memory(const struct btl_fat *fat, struct btl_diags *diags)
{
    btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a directory"));
    return false;
}

// What a directory's entries are read into.
struct content {
    uint8_t *bytes;
    uint64_t size, capacity;
};

static bool fat_read_fixed_root(struct btl_fat *fat, struct content *ret, struct btl_diags *diags)
{
    uint64_t block = fat->blocks->block_size;
    ret->size = ((uint64_t)fat->root_entries * FAT_ENTRY_SIZE + block - 1) / block * block;
    ret->bytes = btl_alloc(fat->arena, ret->size, 8);
    if (ret->bytes == NULL)
        return fat_no_memory(fat, diags);
    return fat_device_read(fat, fat->root, ret->bytes, ret->size, diags);
}

static bool fat_read_chain(struct btl_fat *fat, uint32_t cluster, struct content *content,
                           struct btl_diags *diags)
{
    uint32_t max = (uint32_t)(FAT_DIRECTORY_MAX / fat->cluster_size + 1);
    while (cluster != 0) {
        struct fat_run run;
        if (!fat_next_run(fat, &cluster, max, &run, diags))
            return false;
        uint64_t part = run.count * fat->cluster_size;
        if (content->size + part > FAT_DIRECTORY_MAX + fat->cluster_size) {
            btl_report(diags, BTL_FAT_DIRECTORY, fat->place,
                       BTL_DEC(FAT_DIRECTORY_MAX / FAT_ENTRY_SIZE));
            return false;
        }
        if (!btl_array_reserve(fat->arena, &content->bytes, 1, 8, content->size, part,
                               &content->capacity))
            return fat_no_memory(fat, diags);
        if (!fat_device_read(fat, fat_cluster_offset(fat, run.first),
                             content->bytes + content->size, part, diags))
            return false;
        content->size += part;
    }
    return true;
}

static struct btl_fat_directory *fat_read_directory(struct btl_fat *fat, uint32_t cluster,
                                                    struct btl_diags *diags)
{
    struct content content = {0};
    for (struct btl_fat_directory *known = fat->directories; known != NULL; known = known->next)
        if (known->first_cluster == cluster)
            return known;
    // Cluster 0: the fixed root of FAT12 and FAT16.
    if (cluster == 0 ? !fat_read_fixed_root(fat, &content, diags)
                     : !fat_read_chain(fat, cluster, &content, diags))
        return NULL;
    struct btl_fat_directory *directory = BTL_NEW(fat->arena, struct btl_fat_directory);
    if (directory != NULL)
        directory->entries =
            BTL_NEW_ARRAY(fat->arena, struct btl_fat_entry, content.size / FAT_ENTRY_SIZE);
    if (directory == NULL || directory->entries == NULL ||
        !fat_parse_entries(fat, directory, content.bytes, content.size) ||
        !fat_index_entries(fat, directory)) {
        fat_no_memory(fat, diags);
        return NULL;
    }
    directory->first_cluster = cluster;
    directory->next = fat->directories;
    fat->directories = directory;
    return directory;
}

// Walk `path`. *ret_entry is NULL for the root. False: reported.
static bool fat_walk(struct btl_fat *fat, struct btl_str path,
                     const struct btl_fat_entry **ret_entry, struct btl_diags *diags)
{
    const struct btl_fat_entry *entry = NULL;
    struct btl_str rest = path;
    for (struct btl_str name; btl_take_part(&rest, '/', &name);) {
        const struct btl_fat_directory *directory = NULL;
        if (entry == NULL || entry->directory)
            directory = fat_read_directory(
                fat, entry == NULL ? fat->root_cluster : entry->first_cluster, diags);
        else
            btl_report(diags, BTL_FAT_NOT_DIRECTORY, fat->place, BTL_ARG(path),
                       BTL_ARG(entry->name));
        if (directory == NULL)
            return false;
        uint32_t number = fat_find_name(directory, name);
        if (number == BTL_NONE) {
            btl_report(diags, BTL_FAT_NOT_FOUND, fat->place, BTL_ARG(path), BTL_ARG(name));
            return false;
        }
        entry = &directory->entries[number];
    }
    *ret_entry = entry;
    return true;
}

const struct btl_fat_directory *btl_fat_list(struct btl_fat *fat, struct btl_str path,
                                             struct btl_diags *diags)
{
    const struct btl_fat_entry *entry;
    if (!fat_walk(fat, path, &entry, diags))
        return NULL;
    if (entry != NULL && !entry->directory) {
        btl_report(diags, BTL_FAT_NOT_DIRECTORY, fat->place, BTL_ARG(path), BTL_ARG(entry->name));
        return NULL;
    }
    return fat_read_directory(fat, entry == NULL ? fat->root_cluster : entry->first_cluster, diags);
}

const struct btl_fat_entry *btl_fat_find(struct btl_fat *fat, struct btl_str path,
                                         struct btl_diags *diags)
{
    const struct btl_fat_entry *entry;
    return fat_walk(fat, path, &entry, diags) ? entry : NULL;
}

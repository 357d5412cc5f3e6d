// SPDX-License-Identifier: BSD-2-Clause
// FAT directories: read once, hashed (FAT specification, section 6).
#include "fat.h"
#include "fat_name.h"

#include <btl/mem.h>

#define DIRECTORY_MAX  (65536u * FAT_ENTRY_SIZE) // bytes, section 6
#define ATTR_VOLUME    0x08
#define ATTR_DIRECTORY 0x10
#define ATTR_LONG      0x0f

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
    char folded[FAT_NAME_MAX];
    size_t len = name.len < FAT_NAME_MAX ? name.len : FAT_NAME_MAX;
    for (size_t i = 0; i < len; i++)
        folded[i] = fold_case(name.at[i]);
    return btl_hash((struct btl_str){folded, len}, (uintptr_t)fat->arena);
}

static bool add_entry(struct btl_fat *fat, struct btl_fat_directory *directory,
                      const struct fat_long_name *long_name, const uint8_t *entry)
{
    char text[FAT_NAME_MAX];
    size_t len = fat_name(long_name, entry, text);
    struct btl_fat_entry *added = &directory->entries[directory->count];
    added->name = btl_str_copy(fat->arena, (struct btl_str){text, len});
    if (added->name.at == NULL)
        return false;
    added->first_cluster = fat_read16(entry + 26);
    if (fat->bits == 32)
        added->first_cluster |= (uint32_t)(fat_read16(entry + 20) & 0x0fff) << 16;
    added->directory = (entry[11] & ATTR_DIRECTORY) != 0;
    added->size = added->directory ? 0 : fat_read32(entry + 28);
    directory->count++;
    return true;
}

static bool parse_entries(struct btl_fat *fat, struct btl_fat_directory *directory,
                          const uint8_t *bytes, uint64_t size)
{
    struct fat_long_name long_name = {.parts = 0};
    for (uint64_t at = 0; at + FAT_ENTRY_SIZE <= size && bytes[at] != 0; at += FAT_ENTRY_SIZE) {
        const uint8_t *entry = bytes + at;
        if (entry[0] == 0xe5) {
            long_name.parts = 0;
        } else if ((entry[11] & 0x3f) == ATTR_LONG) {
            fat_long_name_add(&long_name, entry);
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

static bool no_memory(const struct btl_fat *fat, struct btl_diags *diags)
{
    btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a directory"));
    return false;
}

// What a directory's entries are read into.
struct content {
    uint8_t *bytes;
    uint64_t size, capacity;
};

static bool read_fixed_root(struct btl_fat *fat, struct content *ret, struct btl_diags *diags)
{
    uint64_t block = fat->blocks->block_size;
    ret->size = ((uint64_t)fat->root_entries * FAT_ENTRY_SIZE + block - 1) / block * block;
    ret->bytes = btl_alloc(fat->arena, ret->size, 8);
    if (ret->bytes == NULL)
        return no_memory(fat, diags);
    return fat_device_read(fat, fat->root, ret->bytes, ret->size, diags);
}

// Makes room for `part` bytes more.
static bool grow(struct btl_fat *fat, struct content *content, uint64_t part)
{
    uint64_t size = content->size + part;
    if (size <= content->capacity)
        return true;
    uint8_t *larger = btl_alloc(fat->arena, size * 2, 8);
    if (larger == NULL)
        return false;
    if (content->size > 0)
        memcpy(larger, content->bytes, content->size);
    content->bytes = larger;
    content->capacity = size * 2;
    return true;
}

static bool read_chain(struct btl_fat *fat, uint32_t cluster, struct content *content,
                       struct btl_diags *diags)
{
    uint32_t most = (uint32_t)(DIRECTORY_MAX / fat->cluster_size + 1);
    while (cluster != 0) {
        struct fat_run run;
        if (!fat_next_run(fat, &cluster, most, &run, diags))
            return false;
        uint64_t part = run.count * fat->cluster_size;
        if (content->size + part > DIRECTORY_MAX + fat->cluster_size) {
            btl_report(diags, BTL_FAT_DIRECTORY, fat->place,
                       BTL_DEC(DIRECTORY_MAX / FAT_ENTRY_SIZE));
            return false;
        }
        if (!grow(fat, content, part))
            return no_memory(fat, diags);
        if (!fat_device_read(fat, fat_cluster_offset(fat, run.first),
                             content->bytes + content->size, part, diags))
            return false;
        content->size += part;
    }
    return true;
}

static struct btl_fat_directory *read_directory(struct btl_fat *fat, uint32_t cluster,
                                                struct btl_diags *diags)
{
    struct content content = {0};
    for (struct btl_fat_directory *known = fat->directories; known != NULL; known = known->next)
        if (known->first_cluster == cluster)
            return known;
    // Cluster 0: the fixed root of FAT12 and FAT16.
    if (cluster == 0 ? !read_fixed_root(fat, &content, diags)
                     : !read_chain(fat, cluster, &content, diags))
        return NULL;
    struct btl_fat_directory *directory = BTL_NEW(fat->arena, struct btl_fat_directory);
    if (directory != NULL)
        directory->entries =
            BTL_NEW_ARRAY(fat->arena, struct btl_fat_entry, content.size / FAT_ENTRY_SIZE);
    if (directory == NULL || directory->entries == NULL ||
        !parse_entries(fat, directory, content.bytes, content.size) ||
        !hash_entries(fat, directory)) {
        no_memory(fat, diags);
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

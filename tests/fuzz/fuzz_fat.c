// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a disk: GPT, then FAT from its start; every file of every directory is read, two
// files are replaced, a directory is made and a file removed.
#include <stdlib.h>
#include <string.h>

#include <btl/extents.h>
#include <btl/fat.h>
#include <btl/partitions.h>

#include "btl_test.h"
#include "disk.h"

#define DEPTH_MAX 3u
#define FILES_MAX 64u

// What a directory lists is found by its name, unless an entry before it has that name, or the name
// ends with a dot or blank, as no valid name does: a path is read without these.
static void find_again(struct btl_fat *fat, const struct btl_fat_directory *directory,
                       struct btl_str path, const struct btl_fat_entry *entry,
                       struct btl_diags *diags)
{
    char full[4096];
    size_t len = btl_format_to(full, sizeof(full), "%pS/%pS", &path, &entry->name);
    if (len >= sizeof(full) || btl_str_find(entry->name, '/') != entry->name.len ||
        full[len - 1] == '.' || full[len - 1] == ' ')
        return;
    const struct btl_fat_entry *found = btl_fat_find(fat, (struct btl_str){full, len}, diags);
    if (entry->name.len > 0 && (found == NULL || found > entry || found < directory->entries))
        abort();
}

// Extents lie on the device, and lead to the same bytes.
static void read_extents(struct btl_fat *fat, const struct btl_fat_entry *entry,
                         const uint8_t *bytes, struct btl_diags *diags)
{
    struct btl_extents extents;
    if (!btl_fat_extents(fat, entry, &extents, diags))
        return;
    uint64_t size = (entry->size + 511ull) / 512 * 512;
    uint8_t *again = malloc(size + 1);
    struct btl_read_request *requests = malloc((extents.count + 1) * sizeof(*requests));
    size_t count = 0;
    if (again != NULL && requests != NULL)
        btl_extents_request(&extents, size, again, requests, &count);
    count = btl_requests_join(requests, count);
    for (size_t i = 0; i < count; i++)
        if (!btl_in_range(requests[i].offset, requests[i].size, fat->blocks->size) ||
            !fat->blocks->read(fat->blocks, requests[i].offset, requests[i].to, requests[i].size))
            abort();
    if (again != NULL && requests != NULL && entry->size > 0 &&
        memcmp(again, bytes, entry->size) != 0)
        abort();
    free(requests);
    free(again);
}

static void read_all(struct btl_fat *fat, struct btl_str path, unsigned depth, unsigned *files,
                     struct btl_diags *diags)
{
    const struct btl_fat_directory *directory = btl_fat_list(fat, path, diags);
    for (uint32_t i = 0; directory != NULL && i < directory->count && *files < FILES_MAX; i++) {
        const struct btl_fat_entry *entry = &directory->entries[i];
        char below[4096];
        ++*files;
        find_again(fat, directory, path, entry, diags);
        if (entry->directory && depth < DEPTH_MAX) {
            size_t len = btl_format_to(below, sizeof(below), "%pS/%pS", &path, &entry->name);
            read_all(fat, (struct btl_str){below, len < sizeof(below) ? len : 0}, depth + 1, files,
                     diags);
        } else if (entry->size <= fat->blocks->size) {
            uint8_t *bytes = malloc(entry->size + 1u);
            if (bytes != NULL && btl_fat_read(fat, entry, bytes, entry->size, diags))
                read_extents(fat, entry, bytes, diags);
            free(bytes);
        }
    }
}

static bool write_memory(void *owner, uint64_t offset, const void *bytes, uint64_t size)
{
    memcpy((uint8_t *)owner + offset, bytes, size); // out of range: ASan says so
    return true;
}

static bool flush_memory(void *owner)
{
    return true;
}

// The first file of the root, and a new one; a directory with a file; the first file again.
static void change_some(struct btl_fat *fat, uint8_t *disk, struct btl_diags *diags)
{
    static const uint8_t contents[5000] = {1};
    struct btl_fat_writer writer = {write_memory, flush_memory, disk, 1};
    const struct btl_fat_directory *root = btl_fat_list(fat, BTL_STR(""), diags);
    if (root != NULL && root->count > 0)
        btl_fat_replace(fat, &writer, root->entries[0].name,
                        (struct btl_bytes){contents, sizeof(contents)}, BTL_STR("kept for later"),
                        diags);
    btl_fat_replace(fat, &writer, BTL_STR("/dir/new"), (struct btl_bytes){contents, 10},
                    BTL_STR(""), diags);
    btl_fat_make_directory(fat, &writer, BTL_STR("/dir/a directory with a long name"), diags);
    btl_fat_replace(fat, &writer, BTL_STR("/dir/a directory with a long name/new"),
                    (struct btl_bytes){contents, 10}, BTL_STR(""), diags);
    root = btl_fat_list(fat, BTL_STR(""), diags);
    if (root != NULL && root->count > 0)
        btl_fat_remove(fat, &writer, root->entries[0].name, diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_disk disk;
    struct test_memory memory;
    struct btl_partitions gpt;
    struct btl_fat fat;
    unsigned files = 0;
    uint64_t whole = size / 512 * 512;
    uint8_t *bytes = malloc(whole + 1);
    memcpy(bytes, data, whole);
    test_disk_begin(&disk, bytes, whole, 512);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_place place = {.file = BTL_STR("disk")};
    btl_partitions_open(&disk.blocks, place, &memory.arena, &gpt, &diags);
    if (whole > 0 && btl_fat_open(&disk.blocks, 0, whole, place, &memory.arena, &fat, &diags)) {
        read_all(&fat, BTL_STR(""), 0, &files, &diags);
        change_some(&fat, bytes, &diags);
    }
    test_memory_end(&memory);
    free(bytes);
    return 0;
}

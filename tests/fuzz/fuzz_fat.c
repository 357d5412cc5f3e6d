// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a disk: GPT, then FAT from its start; every file of every directory is read.
#include <stdlib.h>
#include <string.h>

#include <btl/fat.h>
#include <btl/gpt.h>

#include "btl_test.h"
#include "disk.h"

#define DEPTH_MAX 3u
#define FILES_MAX 64u

static void read_all(struct btl_fat *fat, struct btl_str path, unsigned depth, unsigned *files,
                     struct btl_diags *diags)
{
    const struct btl_fat_directory *directory = btl_fat_list(fat, path, diags);
    for (uint32_t i = 0; directory != NULL && i < directory->count && *files < FILES_MAX; i++) {
        const struct btl_fat_entry *entry = &directory->entries[i];
        char below[4096];
        ++*files;
        if (entry->directory && depth < DEPTH_MAX) {
            size_t len = btl_format_to(below, sizeof(below), "%pS/%pS", &path, &entry->name);
            read_all(fat, (struct btl_str){below, len < sizeof(below) ? len : 0}, depth + 1, files,
                     diags);
        } else if (entry->size <= fat->blocks->size) {
            uint8_t *bytes = malloc(entry->size + 1u);
            if (bytes != NULL)
                btl_fat_read(fat, entry, bytes, entry->size, diags);
            free(bytes);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_disk disk;
    struct test_memory memory;
    struct btl_gpt gpt;
    struct btl_fat fat;
    unsigned files = 0;
    uint64_t whole = size / 512 * 512;
    uint8_t *bytes = malloc(whole + 1);
    memcpy(bytes, data, whole);
    test_disk_begin(&disk, bytes, whole, 512);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_place place = {.file = BTL_STR("disk")};
    btl_gpt_open(&disk.blocks, place, &memory.arena, &gpt, &diags);
    if (whole > 0 && btl_fat_open(&disk.blocks, 0, whole, place, &memory.arena, &fat, &diags))
        read_all(&fat, BTL_STR(""), 0, &files, &diags);
    test_memory_end(&memory);
    free(bytes);
    return 0;
}

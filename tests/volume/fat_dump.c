// SPDX-License-Identifier: BSD-2-Clause
// Prints what the GPT and FAT readers of core/ see on an image: partitions, then every file with
// its size and SHA-256, every directory with a slash. Compared with what mtools put there.
#include <btl/fat.h>
#include <btl/partitions.h>
#include <btl/hash.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct btl_arena *arena, size_t bytes)
{
    size_t size = bytes > (1u << 20) ? bytes : 1u << 20;
    arena->at = malloc(size); // lives until the process ends
    arena->end = arena->at + size;
    return arena->at != NULL;
}

static bool read_file(const struct btl_blocks *blocks, uint64_t offset, void *buffer, uint64_t size)
{
    FILE *file = blocks->owner;
    return fseek(file, (long)offset, SEEK_SET) == 0 && fread(buffer, 1, size, file) == size;
}

static void put(struct btl_out *out, const char *text, size_t len)
{
    fwrite(text, 1, len, out->owner);
}

static void print_diags(const struct btl_diags *diags)
{
    struct btl_out out = {.put = put, .owner = stderr};
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        btl_diag_print(&out, diag);
        btl_format(&out, "\n");
    }
}

static bool dump_file(struct btl_fat *fat, const char *path, struct btl_diags *diags)
{
    uint8_t digest[32];
    const struct btl_fat_entry *entry = btl_fat_find(fat, btl_str_of(path), diags);
    if (entry == NULL)
        return false;
    uint8_t *bytes = malloc(entry->size + 1);
    bool good = bytes != NULL && btl_fat_read(fat, entry, bytes, entry->size, diags);
    if (good) {
        btl_sha256((struct btl_bytes){bytes, entry->size}, digest);
        printf("%s %u ", path, entry->size);
        for (size_t i = 0; i < sizeof(digest); i++)
            printf("%02x", digest[i]);
        printf("\n");
    }
    free(bytes);
    return good;
}

// A test program on a tree that the test made: recursion is bounded by its depth.
static bool dump_directory(struct btl_fat *fat, const char *path, struct btl_diags *diags)
{
    char below[4096];
    const struct btl_fat_directory *directory = btl_fat_list(fat, btl_str_of(path), diags);
    if (directory == NULL)
        return false;
    for (uint32_t i = 0; i < directory->count; i++) {
        const struct btl_fat_entry *entry = &directory->entries[i];
        btl_format_to(below, sizeof(below), "%s%s%pS", path, path[1] == '\0' ? "" : "/",
                      &entry->name);
        if (entry->directory)
            printf("%s/\n", below);
        if (!(entry->directory ? dump_directory : dump_file)(fat, below, diags))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct btl_arena arena = {.grow = grow};
    struct btl_diags diags = {.arena = &arena};
    struct btl_partitions gpt;
    struct btl_fat fat;
    if (argc != 3 || (strcmp(argv[1], "fat") != 0 && strcmp(argv[1], "gpt") != 0)) {
        fprintf(stderr, "usage: fat_dump fat|gpt IMAGE\n");
        return 2;
    }
    FILE *file = fopen(argv[2], "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(argv[2]);
        return 2;
    }
    struct btl_blocks blocks = {read_file, file, (uint64_t)ftell(file), 512};
    struct btl_place place = {.file = btl_str_of(argv[2])};
    uint64_t start = 0, size = blocks.size;
    bool good = true;
    if (strcmp(argv[1], "gpt") == 0) {
        good = btl_gpt_open(&blocks, place, &arena, &gpt, &diags);
        for (uint32_t i = 0; good && i < gpt.count; i++)
            printf("partition %u %llu %llu\n", gpt.partitions[i].number,
                   (unsigned long long)gpt.partitions[i].start,
                   (unsigned long long)gpt.partitions[i].size);
        const struct btl_partition *esp = good ? btl_partitions_find_esp(&gpt) : NULL;
        good = esp != NULL;
        if (good) {
            start = esp->start;
            size = esp->size;
        }
    }
    good = good && btl_fat_open(&blocks, start, size, place, &arena, &fat, &diags) &&
           dump_directory(&fat, "/", &diags);
    print_diags(&diags);
    fclose(file);
    return good ? 0 : 1;
}

// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "shop.h"

#include "dlkm/volume.h"

#include <btl/hash.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_PATH "/kernel/kernel.elf"
#define KERNEL_TEXT "the kernel's file"

static struct shop_file {
    char path[64];
    uint8_t *bytes;
    uint64_t size;
    int error;
} files[SHOP_FILES];

static struct shop_file *find(const char *path)
{
    for (size_t i = 0; i < SHOP_FILES; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    fail_msg("the shop has no place for %s", path);
    return NULL;
}

static int open_file(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret)
{
    for (size_t i = 0; i < SHOP_FILES; i++) {
        if (files[i].bytes == NULL || !btl_str_equal(path, btl_str_of(files[i].path)))
            continue;
        *ret = (struct btl_fs_file){&files[i], files[i].size};
        return 0;
    }
    return BTL_ENOENT;
}

static int read_file(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer, uint64_t size)
{
    const struct shop_file *from = file->handle;

    memcpy(buffer, from->bytes, size);
    return from->error;
}

static struct btl_fs volume = {
    .name = "shop0p1", .type = "test", .open = open_file, .read = read_file};

static struct shop_file *make(const char *path)
{
    shop_remove(path);
    struct shop_file *file = find("");
    snprintf(file->path, sizeof(file->path), "%s", path);
    return file;
}

void shop_put_guest(const char *path, const char *guest)
{
    struct shop_file *file = make(path);

    file->bytes = malloc(1 << 16);
    file->size = lab_read_guest(guest, file->bytes, 1 << 16);
}

static void patch(struct shop_file *file, const char *from, const char *to)
{
    size_t len = strlen(from);
    uint8_t *at = file->bytes;

    assert_int_equal(strlen(to), len);
    while ((at = memmem(at, file->size - (uint64_t)(at - file->bytes), from, len)) != NULL) {
        memcpy(at, to, len);
        at += len;
    }
}

void shop_put(const char *path, struct shop_item item)
{
    const char *first = item.depends[0], *second = item.depends[1];
    struct shop_file *file;
    char text[64];

    shop_put_guest(path, item.major != 0 ? "driver_shop" : "shop");
    file = find(path);
    snprintf(text, sizeof(text), "version=%s", item.version != NULL ? item.version : "1.0");
    patch(file, "version=1.0", text);
    // A key that is unknown has no effect.
    snprintf(text, sizeof(text), first != NULL ? "depends=%s,%s" : "dependz=dep0,dep1", first,
             second != NULL ? second : first);
    patch(file, "depends=dep0,dep1", text);
    snprintf(text, sizeof(text), item.needs != NULL ? "interface=%s:1.0" : "interfaze=need:1.0",
             item.needs);
    patch(file, "interface=need:1.0", text);
    snprintf(text, sizeof(text), item.provides != NULL ? "provides=%s:1.0" : "providez=give:1.0",
             item.provides);
    patch(file, "provides=give:1.0", text);
    snprintf(text, sizeof(text), "majors=char:%c", item.major != 0 ? item.major : '3');
    patch(file, "majors=char:3", text);
    snprintf(text, sizeof(text), "shop_%s", item.exports != NULL ? item.exports : item.name);
    patch(file, "shop_name", text);
    snprintf(text, sizeof(text), "name=%s", item.name);
    patch(file, "name=name", text);
}

void shop_cut(const char *path, uint64_t size)
{
    find(path)->size = size;
}

void shop_remove(const char *path)
{
    for (size_t i = 0; i < SHOP_FILES; i++) {
        if (strcmp(files[i].path, path) != 0 || path[0] == '\0')
            continue;
        free(files[i].bytes);
        files[i] = (struct shop_file){.bytes = NULL};
    }
}

void shop_fail(const char *path, int error)
{
    find(path)->error = error;
}

// Before lab_start().
void shop_begin(void)
{
    struct shop_file *kernel = make(KERNEL_PATH);

    kernel->bytes = (uint8_t *)strdup(KERNEL_TEXT);
    kernel->size = strlen(KERNEL_TEXT);
    world.kernel.path = world_str(KERNEL_PATH);
    btl_sha256((struct btl_bytes){kernel->bytes, kernel->size}, world.kernel.sha256);
    assert_int_equal(fs_add(&volume), 0);
}

void shop_end(void)
{
    fs_remove(&volume);
    for (size_t i = 0; i < SHOP_FILES; i++) {
        free(files[i].bytes);
        files[i] = (struct shop_file){.bytes = NULL};
    }
}

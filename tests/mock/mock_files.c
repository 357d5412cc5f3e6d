// SPDX-License-Identifier: BSD-2-Clause
// The mock's volume: files from memory, with the defects that a test gives them.
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mock *mock_of_volume(struct volume *volume)
{
    return (void *)((char *)volume - offsetof(struct mock, volume));
}

static bool same_path(const char *path, struct btl_str asked)
{
    // Names do not differ in case on FAT, and a missing root is added.
    if (asked.len > 0 && asked.at[0] != '/')
        path++;
    return strlen(path) == asked.len && strncasecmp(path, asked.at, asked.len) == 0;
}

static struct mock_file *find(struct mock *mock, struct btl_str path)
{
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        if (same_path(mock->files[i].path, path))
            return &mock->files[i];
    }
    return NULL;
}

static fw_status file_open(struct volume *volume, struct btl_str path, struct volume_file *ret_file)
{
    struct mock *mock = mock_of_volume(volume);
    if (mock_fails(mock, MOCK_OPEN))
        return mock->fail_status;
    struct mock_file *file = find(mock, path);
    if (file == NULL)
        return FW_NOT_FOUND;
    if (file->open_status != FW_SUCCESS)
        return file->open_status;
    file->opened++;
    file->open_now++;
    *ret_file = (struct volume_file){volume, file};
    return FW_SUCCESS;
}

static fw_status file_info(struct volume_file *open, struct volume_info *ret_info)
{
    struct mock *mock = mock_of_volume(open->volume);
    const struct mock_file *file = open->handle;
    if (mock_fails(mock, MOCK_INFO))
        return mock->fail_status;
    if (file->info_status != FW_SUCCESS)
        return file->info_status;
    uint64_t size = file->said_size != 0 ? file->said_size : file->size;
    if (file->reads > 0 && file->size_later != 0)
        size = file->size_later;
    *ret_info = (struct volume_info){size, file->directory};
    return FW_SUCCESS;
}

static fw_status file_read_bytes(struct volume_file *open, void *to, uint64_t size,
                                 uint64_t *ret_read)
{
    struct mock *mock = mock_of_volume(open->volume);
    struct mock_file *file = open->handle;
    file->reads++;
    if (mock_fails(mock, MOCK_READ))
        return mock->fail_status;
    if (file->read_status != FW_SUCCESS)
        return file->read_status;
    uint64_t there = file->size - file->short_by;
    *ret_read = size < there ? size : there;
    memcpy(to, file->bytes, *ret_read);
    return FW_SUCCESS;
}

static void file_close(struct volume_file *open)
{
    struct mock *mock = mock_of_volume(open->volume);
    struct mock_file *file = open->handle;
    mock->violations += mock->exit_tried;
    assert_true(file->open_now > 0);
    file->open_now--;
    if (!file->flushed || mock->restless == 0)
        return;
    // The firmware keeps a buffer: a page at the bottom, where the loader has nothing.
    file->flushed = false;
    mock->restless--;
    for (size_t page = 0;; page++) {
        if (mock->type[page] == 7) {
            mock->type[page] = 4;
            break;
        }
    }
    mock->key++;
}

// ----------------------------------------------------------------------------------------- writing

// The file's name is gone; the slot stays, because others may be open.
void mock_forget(struct mock_file *file)
{
    if (file->created) {
        free((void *)(uintptr_t)file->bytes);
        free((void *)(uintptr_t)file->path);
    }
    *file = (struct mock_file){.path = "/"};
}

static fw_status file_create(struct volume *volume, struct btl_str path,
                             struct volume_file *ret_file)
{
    struct mock *mock = mock_of_volume(volume);
    if (mock_fails(mock, MOCK_CREATE))
        return mock->fail_status;
    if (mock->write_status != FW_SUCCESS)
        return mock->write_status;
    if (find(mock, path) != NULL)
        return FW_ACCESS_DENIED;
    char *name = strndup(path.at, path.len);
    struct mock_file *file = mock_add(mock, name, NULL, 0);
    file->created = true;
    file->open_now = 1;
    *ret_file = (struct volume_file){volume, file};
    return FW_SUCCESS;
}

static fw_status file_write(struct volume_file *open, const void *from, uint64_t size,
                            uint64_t *ret_written)
{
    struct mock *mock = mock_of_volume(open->volume);
    struct mock_file *file = open->handle;
    if (mock_fails(mock, MOCK_WRITE))
        return mock->fail_status;
    assert_true(file->created && file->bytes == NULL);
    file->size = size < mock->write_limit ? size : mock->write_limit;
    file->bytes = malloc(file->size + 1);
    assert_non_null(file->bytes);
    memcpy((void *)(uintptr_t)file->bytes, from, file->size);
    *ret_written = file->size;
    return FW_SUCCESS;
}

static fw_status file_flush(struct volume_file *open)
{
    struct mock_file *file = open->handle;
    if (mock_fails(mock_of_volume(open->volume), MOCK_FLUSH))
        return mock_of_volume(open->volume)->fail_status;
    file->flushed = true;
    return FW_SUCCESS;
}

static fw_status file_rename(struct volume_file *open, struct btl_str name)
{
    struct mock *mock = mock_of_volume(open->volume);
    struct mock_file *file = open->handle;
    char path[256];
    if (mock_fails(mock, MOCK_RENAME))
        return mock->fail_status;
    int directory = (int)(strrchr(file->path, '/') - file->path);
    snprintf(path, sizeof(path), "%.*s/%.*s", directory, file->path, (int)name.len, name.at);
    if (find(mock, btl_str_of(path)) != NULL)
        return FW_ACCESS_DENIED;
    free((void *)(uintptr_t)file->path);
    file->path = strdup(path);
    return FW_SUCCESS;
}

static fw_status file_remove(struct volume *volume, struct btl_str path)
{
    struct mock *mock = mock_of_volume(volume);
    struct mock_file *file = find(mock, path);
    if (mock_fails(mock, MOCK_REMOVE))
        return mock->fail_status;
    if (file == NULL)
        return FW_NOT_FOUND;
    if (mock->write_status != FW_SUCCESS)
        return mock->write_status;
    assert_int_equal(file->open_now, 0);
    mock_forget(file);
    return FW_SUCCESS;
}

static void volume_close(struct volume *volume)
{
    struct mock *mock = mock_of_volume(volume);
    mock->violations += mock->exit_tried;
    assert_true(mock->volumes_open > 0);
    mock->volumes_open--;
}

void mock_volume(struct volume *ret)
{
    *ret = (struct volume){.open = file_open,
                           .info = file_info,
                           .read = file_read_bytes,
                           .close = file_close,
                           .create = file_create,
                           .write = file_write,
                           .flush = file_flush,
                           .rename = file_rename,
                           .remove = file_remove,
                           .close_volume = volume_close};
}

struct mock_file *mock_add(struct mock *mock, const char *path, const void *bytes, uint64_t size)
{
    for (size_t i = 0; i < MOCK_FILES; i++) {
        struct mock_file *file = &mock->files[i];
        if (file->path != NULL && strcmp(file->path, path) != 0)
            continue;
        *file = (struct mock_file){.path = path, .bytes = bytes, .size = size};
        return file;
    }
    fail_msg("MOCK_FILES is too small");
    return NULL;
}

struct mock_file *mock_add_text(struct mock *mock, const char *path, const char *text)
{
    return mock_add(mock, path, text, strlen(text));
}

// Fixtures are read once and kept: every mock may have them.
struct mock_file *mock_add_fixture(struct mock *mock, const char *path, const char *fixture)
{
    static struct {
        char name[64];
        void *bytes;
        size_t size;
    } cache[32];
    size_t i = 0;
    for (; i < 32 && cache[i].bytes != NULL; i++) {
        if (strcmp(cache[i].name, fixture) == 0)
            return mock_add(mock, path, cache[i].bytes, cache[i].size);
    }
    assert_true(i < 32);
    char name[512];
    snprintf(name, sizeof(name), "%s/%s", MOCK_FIXTURES, fixture);
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    cache[i].size = (size_t)ftell(file);
    rewind(file);
    cache[i].bytes = malloc(cache[i].size);
    assert_non_null(cache[i].bytes);
    assert_int_equal(fread(cache[i].bytes, 1, cache[i].size, file), cache[i].size);
    fclose(file);
    snprintf(cache[i].name, sizeof(cache[i].name), "%s", fixture);
    return mock_add(mock, path, cache[i].bytes, cache[i].size);
}

struct mock_file *mock_file(struct mock *mock, const char *path)
{
    struct mock_file *file = find(mock, btl_str_of(path));
    if (file == NULL)
        fail_msg("no file %s", path);
    return file;
}

bool mock_has_file(const struct mock *mock, const char *path)
{
    return find((struct mock *)(uintptr_t)mock, btl_str_of(path)) != NULL;
}

void mock_options(struct mock *mock, const char *text)
{
    size_t units = strlen(text) + 1;
    uint16_t *options = malloc(2 * units);
    assert_non_null(options);
    for (size_t i = 0; i < units; i++)
        options[i] = (uint8_t)text[i];
    free((void *)(uintptr_t)mock->facts.load_options);
    mock->facts.load_options = options;
    mock->facts.load_options_size = (uint32_t)(2 * units);
}

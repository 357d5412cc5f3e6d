// SPDX-License-Identifier: BSD-2-Clause
// The mock's volume: files from memory, with the defects that a test gives them.
#include "mock.h"

#include <btl/utf8.h>

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

// Counts a call of the volume; false when it is not to succeed, with *ret_status why.
static bool answers(struct mock *mock, enum mock_service service, fw_status *ret_status)
{
    bool fails = mock_fails(mock, service);
    mock->violations += mock->ran && mock->watchdog == 0 && mock->watchdog_status == FW_SUCCESS;
    mock->ticks += mock->call_us * (MOCK_HERTZ / 1000000);
    mock_watchdog_check(mock);
    mock->volume_calls++;
    *ret_status = mock->fail_status;
    if (fails)
        return false;
    *ret_status = FW_NO_MEDIA;
    return mock->vanish_at == 0 || mock->volume_calls < mock->vanish_at;
}

// Does a file lie below this path?
static bool has_directory(const struct mock *mock, struct btl_str path)
{
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        struct btl_str file = btl_str_of(mock->files[i].path);
        if (file.len > path.len && file.at[path.len] == '/' &&
            strncasecmp(file.at, path.at, path.len) == 0)
            return true;
    }
    return false;
}

static fw_status file_open(struct volume *volume, struct btl_str path, struct volume_file *ret_file)
{
    struct mock *mock = mock_of_volume(volume);
    fw_status status;
    if (!answers(mock, MOCK_OPEN, &status))
        return status;
    struct mock_file *file = find(mock, path);
    if (file == NULL && has_directory(mock, path))
        file = &mock->open_directory;
    if (file == NULL)
        return FW_NOT_FOUND;
    if (file->open_status != FW_SUCCESS)
        return file->open_status;
    file->opened++;
    file->open_now++;
    file->position = 0;
    *ret_file = (struct volume_file){volume, file};
    return FW_SUCCESS;
}

static fw_status file_info(struct volume_file *open, struct volume_info *ret_info)
{
    struct mock *mock = mock_of_volume(open->volume);
    const struct mock_file *file = open->handle;
    fw_status status;
    if (!answers(mock, MOCK_INFO, &status))
        return status;
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
    fw_status status;
    if (!answers(mock, MOCK_READ, &status))
        return status;
    if (file->read_status != FW_SUCCESS)
        return file->read_status;
    uint64_t end = file->size - file->short_by;
    uint64_t left = file->position < end ? end - file->position : 0;
    *ret_read = size < left ? size : left;
    if (*ret_read > 0)
        memcpy(to, (const char *)file->bytes + file->position, *ret_read);
    file->position += *ret_read;
    file->read_bytes += *ret_read;
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
    // The firmware keeps a buffer: a page at the bottom, where the loader has none.
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

// ----------------------------------------------------------------------------------------- listing

struct listing {
    const char *path; // of the directory, "" for the root
    size_t len;
    volume_visit *visit;
    void *context;
};

// The entry's name under the directory: a file, or the directory that it lies in.
static bool name_under(const struct listing *listing, const char *path, struct btl_str *ret_name)
{
    if (path == NULL || strncasecmp(path, listing->path, listing->len) != 0 ||
        path[listing->len] != '/' || path[listing->len + 1] == '\0')
        return false;
    const char *name = path + listing->len + 1;
    *ret_name = (struct btl_str){name, strcspn(name, "/")};
    return true;
}

// Was a directory of that name listed already?
static bool listed(const struct mock *mock, const struct listing *listing, size_t end,
                   struct btl_str name)
{
    struct btl_str other;
    for (size_t i = 0; i < end; i++) {
        if (name_under(listing, mock->files[i].path, &other) && btl_str_equal(other, name))
            return true;
    }
    return false;
}

static bool list_files(const struct mock *mock, const struct listing *listing)
{
    struct btl_str name;
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        const struct mock_file *file = &mock->files[i];
        if (!name_under(listing, file->path, &name) || listed(mock, listing, i, name))
            continue;
        bool below = name.at[name.len] == '/';
        struct volume_info info = {file->said_size != 0 ? file->said_size : file->size,
                                   file->directory || below};
        if (below)
            info.size = 0;
        if (!listing->visit(listing->context, name, &info))
            return false;
    }
    return true;
}

static void list_ghosts(const struct mock *mock, const struct listing *listing)
{
    const struct mock_ghost *ghost = mock->ghosts;
    for (; ghost != NULL && ghost->name != NULL; ghost++) {
        struct volume_info info = {ghost->size, ghost->is_directory};
        bool here = strlen(ghost->directory) == listing->len &&
                    strncasecmp(ghost->directory, listing->path, listing->len) == 0;
        for (uint32_t i = 0; here && i <= ghost->times; i++) {
            if (!listing->visit(listing->context, btl_str_of(ghost->name), &info))
                return;
        }
    }
}

static bool is_directory(const struct mock *mock, const struct listing *listing)
{
    struct btl_str name;
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        const struct mock_file *file = &mock->files[i];
        if (name_under(listing, file->path, &name) ||
            (file->directory && strcasecmp(file->path, listing->path) == 0))
            return true;
    }
    return listing->len == 0;
}

static fw_status file_list(struct volume *volume, struct btl_str directory, volume_visit *visit,
                           void *context)
{
    struct mock *mock = mock_of_volume(volume);
    char path[256];
    fw_status status;
    if (!answers(mock, MOCK_LIST, &status))
        return status;
    snprintf(path, sizeof(path), "%s%.*s", directory.at[0] == '/' ? "" : "/", (int)directory.len,
             directory.at);
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        path[--len] = '\0';
    struct listing listing = {path, len, visit, context};
    if (!is_directory(mock, &listing))
        return FW_NOT_FOUND;
    if (list_files(mock, &listing))
        list_ghosts(mock, &listing);
    return FW_SUCCESS;
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
    fw_status status;
    if (!answers(mock, MOCK_CREATE, &status))
        return status;
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
    fw_status status;
    if (!answers(mock, MOCK_WRITE, &status))
        return status;
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
    fw_status status;
    if (!answers(mock_of_volume(open->volume), MOCK_FLUSH, &status))
        return status;
    file->flushed = true;
    return FW_SUCCESS;
}

static fw_status file_rename(struct volume_file *open, struct btl_str name)
{
    struct mock *mock = mock_of_volume(open->volume);
    struct mock_file *file = open->handle;
    char path[256];
    fw_status status;
    if (!answers(mock, MOCK_RENAME, &status))
        return status;
    if (mock->rename_status != FW_SUCCESS)
        return mock->rename_status;
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
    fw_status status;
    if (!answers(mock, MOCK_REMOVE, &status))
        return status;
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
                           .list = file_list,
                           .create = file_create,
                           .write = file_write,
                           .flush = file_flush,
                           .rename = file_rename,
                           .remove = file_remove,
                           .close_volume = volume_close};
    mock_disk_table(ret);
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
    struct btl_str from = btl_str_of(text);
    size_t units = 0;
    uint16_t *options = malloc(2 * (from.len + 1)); // no character has more units than bytes
    assert_non_null(options);
    for (size_t at = 0; at < from.len;) {
        uint32_t point = btl_utf8_next(from, &at);
        assert_true(point != BTL_UTF8_BAD);
        units += btl_utf16_put(point, options + units);
    }
    options[units++] = 0;
    free((void *)(uintptr_t)mock->facts.load_options);
    mock->facts.load_options = options;
    mock->facts.load_options_size = (uint32_t)(2 * units);
}

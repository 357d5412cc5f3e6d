// SPDX-License-Identifier: BSD-2-Clause
// Files: read in pieces, to show progress, into their own pages.
#include "boot.h"
#include <btl/utf16.h>

#include <btl/mem.h>

#define PIECE       (1u << 20)
#define SLOTS_FIRST 64

static bool file_fail(struct btl_file_problem *ret_problem, enum btl_code code, fw_status status,
                      uint64_t expected, uint64_t got)
{
    *ret_problem = (struct btl_file_problem){code, fw_status_name(status), expected, got};
    return false;
}

// Check the type and the size of an open file.
static bool file_check_size(struct volume_file *open, uint64_t max, uint64_t *ret_size,
                            struct btl_file_problem *ret_problem)
{
    struct volume_info info;
    fw_status status = open->volume->info(open, &info);
    if (status != FW_SUCCESS)
        return file_fail(ret_problem, BTL_FILE_NO_SIZE, status, 0, 0);
    if (info.directory)
        return file_fail(ret_problem, BTL_FILE_IS_DIRECTORY, 0, 0, 0);
    if (info.size > max)
        return file_fail(ret_problem, BTL_FILE_TOO_LARGE, 0, max, info.size);
    *ret_size = info.size;
    return true;
}

// Report a short read: has the file's size changed, or has the read failed?
static bool file_fail_short(struct volume_file *open, uint64_t expected, uint64_t got,
                            struct btl_file_problem *ret_problem)
{
    struct volume_info info;
    bool changed = open->volume->info(open, &info) == FW_SUCCESS && info.size != expected;
    if (changed)
        return file_fail(ret_problem, BTL_FILE_CHANGED, 0, expected, info.size);
    return file_fail(ret_problem, BTL_FILE_SHORT, 0, expected, got);
}

static fw_status file_read_pieces(struct boot *boot, struct volume_file *open, uint8_t *to,
                                  uint64_t size, uint64_t *ret_got)
{
    uint64_t got = 0;
    fw_status status = FW_SUCCESS;
    while (status == FW_SUCCESS && got < size) {
        uint64_t piece = size - got < PIECE ? size - got : PIECE, read = 0;
        watchdog_arm(boot->fw);
        status = open->volume->read(open, to + got, piece, &read);
        read = read < piece ? read : piece;
        got += read;
        progress_read(boot, read);
        if (read < piece)
            break;
    }
    *ret_got = got;
    return status;
}

// Note the bytes of a file that was read.
static void file_set(const struct boot *boot, struct file *file, uint64_t size, uint64_t range)
{
    file->base.bytes = (struct btl_bytes){(uint8_t *)(uintptr_t)file->physical, size};
    file->base.hashed = false;
    file->range = range;
    file->size = boot->files.pages.ranges[range].size;
}

static bool file_read_open(struct boot *boot, struct volume_file *open, uint64_t max,
                           struct file *file, struct btl_file_problem *ret_problem)
{
    struct pages *pages = &boot->files.pages;
    uint64_t size, got;
    if (!file_check_size(open, max, &size, ret_problem))
        return false;
    if (!pages_allocate(pages, size, BTLM_MEM_LOADER, &file->physical))
        return file_fail(ret_problem, BTL_FILE_NO_MEMORY, 0, size, 0);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file->physical;
    progress_file(boot, file->base.path, size);
    fw_status status = file_read_pieces(boot, open, bytes, size, &got);
    bool good = status == FW_SUCCESS && got == size;
    if (status != FW_SUCCESS)
        file_fail(ret_problem, BTL_FILE_READ_FAILED, status, size, 0);
    else if (!good)
        file_fail_short(open, size, got, ret_problem);
    if (!good) {
        pages_free_last(pages);
        return false;
    }
    file_set(boot, file, size, pages->count - 1);
    return true;
}

// Read a file past the firmware's file system. False: the firmware is to read it.
static bool file_read_blocks(struct boot *boot, uint64_t max, struct file *file)
{
    struct btl_read_file found;
    struct pages *pages = &boot->files.pages;
    size_t count = 0;
    if (file->left || !reader_find(boot, file->base.path, max, &found) ||
        !pages_allocate(pages, found.size, BTLM_MEM_LOADER, &file->physical))
        return false;
    struct btl_read_request *requests =
        BTL_NEW_ARRAY(&boot->reader.arena, struct btl_read_request, found.extents.count);
    if (requests == NULL) {
        pages_free_last(pages);
        return false;
    }
    btl_extents_request(&found.extents, reader_whole_blocks(&boot->reader, found.size),
                        (uint8_t *)(uintptr_t)file->physical, requests, &count);
    progress_file(boot, file->base.path, found.size);
    if (reader_request(boot, requests, count) != FW_SUCCESS) {
        pages_free_last(pages);
        return false;
    }
    file_set(boot, file, found.size, pages->count - 1);
    return true;
}

static bool file_read_path(struct boot *boot, uint64_t max, struct file *file,
                           struct btl_file_problem *ret_problem)
{
    struct volume_file open;
    if (max > BTL_CONFIG_MAX && file_read_blocks(boot, max, file)) // else a text, which may change
        return true;
    watchdog_arm(boot->fw);
    fw_status status = boot->volume->open(boot->volume, file->base.path, &open);
    if (status == FW_NOT_FOUND)
        return file_fail(ret_problem, BTL_FILE_NOT_FOUND, status, 0, 0);
    if (status == FW_OUT_OF_RESOURCES)
        return file_fail(ret_problem, BTL_FILE_OPEN_NO_MEMORY, status, 0, 0);
    if (status != FW_SUCCESS)
        return file_fail(ret_problem, BTL_FILE_OPEN_FAILED, status, 0, 0);
    bool good = file_read_open(boot, &open, max, file, ret_problem);
    boot->volume->close(&open);
    return good;
}

// ------------------------------------------------------------------------------------------- cache

static struct file **files_slot(const struct boot *boot, struct btl_str path)
{
    return &boot->files.slots[btl_hash(path, boot->arena.seed) & (boot->files.capacity - 1)];
}

static struct file *files_find(const struct boot *boot, struct btl_str path)
{
    if (boot->files.capacity == 0)
        return NULL;
    struct file *file = *files_slot(boot, path);
    while (file != NULL && !btl_str_equal(file->base.path, path))
        file = file->next;
    return file;
}

static void files_enter(struct boot *boot, struct file *file)
{
    struct file **slot = files_slot(boot, file->base.path);
    file->next = *slot;
    *slot = file;
}

// Make space for one more file.
static bool files_grow(struct boot *boot)
{
    struct files *files = &boot->files, old = *files;
    if (files->count < files->capacity)
        return true;
    uint32_t capacity = old.capacity == 0 ? SLOTS_FIRST : 2 * old.capacity;
    struct file **slots = BTL_NEW_ARRAY(&boot->arena, struct file *, capacity);
    if (slots == NULL)
        return false;
    files->slots = slots;
    files->capacity = capacity;
    for (uint32_t i = 0; i < old.capacity; i++) {
        for (struct file *file = old.slots[i], *next; file != NULL; file = next) {
            next = file->next;
            files_enter(boot, file);
        }
    }
    return true;
}

static struct file *files_add(struct boot *boot, struct btl_str path)
{
    struct file *file = files_grow(boot) ? BTL_NEW(&boot->arena, struct file) : NULL;
    if (file == NULL)
        return NULL;
    file->base.path = btl_str_copy(&boot->arena, path);
    if (file->base.path.at == NULL)
        return NULL;
    files_enter(boot, file);
    boot->files.count++;
    return file;
}

static struct file *files_find_or_add(struct boot *boot, struct btl_str path)
{
    struct file *file = files_find(boot, path);
    return file != NULL ? file : files_add(boot, path);
}

bool file_is_known(const struct boot *boot, struct btl_str path)
{
    const struct file *file = files_find(boot, path);
    return file != NULL && file->known;
}

bool file_enter(struct boot *boot, const struct btl_read_file *read, uint64_t range, uint64_t start,
                uint64_t end)
{
    struct file *file = files_find_or_add(boot, read->path);
    if (file == NULL)
        return false;
    file->physical = (uintptr_t)read->to;
    file_set(boot, file, read->size, range);
    file->base.read_start = start;
    file->base.read_end = end;
    file->known = file->good = true;
    return true;
}

void file_leave(struct boot *boot, struct btl_str path)
{
    struct file *file = files_find_or_add(boot, path);
    if (file != NULL)
        file->left = true;
}

bool file_is_left(const struct boot *boot, struct btl_str path)
{
    const struct file *file = files_find(boot, path);
    return file != NULL && file->left;
}

// May this problem be cached? A lack of memory or this caller's maximum size may not apply to the
// next read.
static bool file_problem_is_final(enum btl_code code)
{
    return code != BTL_FILE_NO_MEMORY && code != BTL_FILE_OPEN_NO_MEMORY &&
           code != BTL_FILE_TOO_LARGE;
}

static void file_read_new(struct boot *boot, uint64_t max, struct file *file)
{
    struct btl_file_problem *problem = &file->problem;
    file->verified = false;
    file->base.read_start = clock_now(&boot->clock);
    file->good = btl_path_is_usable(file->base.path)
                     ? file_read_path(boot, max, file, problem)
                     : file_fail(problem, BTL_FILE_BAD_PATH, 0, 0, 0);
    uint64_t end = clock_now(&boot->clock);
    file->base.read_end = end < file->base.read_start ? file->base.read_start : end;
    file->known = file->good || file_problem_is_final(problem->code);
}

// Is the file known to be larger than `max`? Its size is known after a read or a
// BTL_FILE_TOO_LARGE.
static bool file_is_larger(const struct file *file, uint64_t max, uint64_t *ret_size)
{
    bool sized = file->good || file->problem.code == BTL_FILE_TOO_LARGE;
    *ret_size = file->good ? file->base.bytes.size : file->problem.got;
    return sized && *ret_size > max;
}

const struct btl_boot_file *file_read(struct boot *boot, struct btl_str path, uint64_t max,
                                      struct btl_file_problem *ret_problem)
{
    struct file *file = files_find_or_add(boot, path);
    if (file == NULL) {
        file_fail(ret_problem, BTL_FILE_NO_MEMORY, 0, sizeof(*file), 0);
        return NULL;
    }
    uint64_t size;
    if (!file->known && boot->volume == NULL) { // all files are read before the volume is closed
        file_fail(ret_problem, BTL_FILE_OPEN_FAILED, FW_NOT_READY, 0, 0);
        return NULL;
    }
    if (!file->known && !file_is_larger(file, max, &size))
        file_read_new(boot, max, file);
    bool larger = file_is_larger(file, max, &size);
    if (file->good && !larger)
        return &file->base;
    *ret_problem = file->problem;
    if (larger)
        file_fail(ret_problem, BTL_FILE_TOO_LARGE, 0, max, size);
    return NULL;
}

bool file_overlay(struct boot *boot, struct btl_str path, struct btl_str text)
{
    struct file *file = files_find_or_add(boot, path);
    if (file == NULL)
        return false;
    file->base.bytes = (struct btl_bytes){(const uint8_t *)text.at, text.len};
    file->base.hashed = false;
    file->known = file->good = true;
    return true;
}

void file_forget(struct boot *boot, struct btl_str path)
{
    struct file *file = files_find(boot, path);
    if (file == NULL)
        return;
    file->known = file->good = false;
    file->problem = (struct btl_file_problem){0};
    reader_close(boot); // the file system has changed
}

void files_stage(struct boot *boot, const struct btl_boot_file *file)
{
    boot->files.pages.ranges[file_of(file)->range].type = BTLM_MEM_STAGED;
}

void files_unstage(struct boot *boot)
{
    struct pages *pages = &boot->files.pages;
    for (uint64_t i = 0; i < pages->count; i++)
        pages->ranges[i].type = BTLM_MEM_LOADER;
}

void files_free(struct boot *boot)
{
    struct pages *pages = &boot->files.pages;
    volume_close(boot);
    pages_free_all(pages);
    boot->files = (struct files){.pages = *pages};
}

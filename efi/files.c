// SPDX-License-Identifier: BSD-2-Clause
// Files: opened once, read in pieces, for the progress, into pages of their own, hashed there.
#include "hash.h"
#include "loader.h"
#include "text.h"

#include <btl/mem.h>

#define PIECE       (1u << 20)
#define SLOTS_FIRST 64

static bool fail(struct file_problem *ret, enum btl_code code, fw_status status, uint64_t expected,
                 uint64_t got)
{
    *ret = (struct file_problem){code, status, expected, got};
    return false;
}

// The size of an open file, no larger than may be.
static bool check_size(struct volume_file *open, uint64_t max, uint64_t *ret_size,
                       struct file_problem *ret_problem)
{
    struct volume_info info;
    fw_status status = open->volume->info(open, &info);
    if (status != FW_SUCCESS)
        return fail(ret_problem, BTL_FILE_NO_SIZE, status, 0, 0);
    if (info.directory)
        return fail(ret_problem, BTL_FILE_IS_DIRECTORY, 0, 0, 0);
    if (info.size > max)
        return fail(ret_problem, BTL_FILE_TOO_LARGE, 0, max, info.size);
    *ret_size = info.size;
    return true;
}

// Less came than the file's size: does the volume itself say something else by now?
static bool fail_short(struct volume_file *open, uint64_t expected, uint64_t got,
                       struct file_problem *ret_problem)
{
    struct volume_info info;
    bool changed = open->volume->info(open, &info) == FW_SUCCESS && info.size != expected;
    if (changed)
        return fail(ret_problem, BTL_FILE_CHANGED, 0, expected, info.size);
    return fail(ret_problem, BTL_FILE_SHORT, 0, expected, got);
}

static void say_read(struct loader *loader, const struct file *file)
{
    char digest[65];
    for (size_t i = 0; i < sizeof(file->sha256); i += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, file->sha256 + i, sizeof(eight));
        btl_format_to(digest + 2 * i, 17, "%016lx", __builtin_bswap64(eight));
    }
    log_line(&loader->log, BTL_LOG_DEBUG, "%pS: %lu bytes", &file->path, file->bytes.size);
    log_line(&loader->log, BTL_LOG_DEBUG, "  SHA-256 %s", digest);
}

static fw_status read_pieces(struct loader *loader, struct volume_file *open, uint8_t *to,
                             uint64_t size, uint64_t *ret_got)
{
    uint64_t got = 0;
    fw_status status = FW_SUCCESS;
    while (status == FW_SUCCESS && got < size) {
        uint64_t piece = size - got < PIECE ? size - got : PIECE, read = 0;
        watchdog_arm(loader->fw);
        status = open->volume->read(open, to + got, piece, &read);
        read = read < piece ? read : piece;
        got += read;
        progress_read(loader, read);
        if (read < piece)
            break;
    }
    *ret_got = got;
    return status;
}

static bool read_open(struct loader *loader, struct volume_file *open, uint64_t max,
                      struct file *file, struct file_problem *ret_problem)
{
    struct pages *pages = &loader->files.pages;
    uint64_t size, got;
    if (!check_size(open, max, &size, ret_problem))
        return false;
    if (!pages_take(pages, size, BTLM_MEM_LOADER, &file->physical))
        return fail(ret_problem, BTL_FILE_NO_MEMORY, 0, size, 0);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file->physical;
    progress_file(loader, file->path, size);
    fw_status status = read_pieces(loader, open, bytes, size, &got);
    bool good = status == FW_SUCCESS && got == size;
    if (status != FW_SUCCESS)
        fail(ret_problem, BTL_FILE_READ_FAILED, status, size, 0);
    else if (!good)
        fail_short(open, size, got, ret_problem);
    if (!good) {
        pages_give_back_last(pages);
        return false;
    }
    file->bytes = (struct btl_bytes){bytes, size};
    file->taken = pages->count - 1;
    file->size = pages->taken[file->taken].size;
    hash_file(file->bytes, file->sha256);
    say_read(loader, file);
    return true;
}

static bool read_path(struct loader *loader, uint64_t max, struct file *file,
                      struct file_problem *ret_problem)
{
    struct volume_file open;
    watchdog_arm(loader->fw);
    fw_status status = loader->volume->open(loader->volume, file->path, &open);
    if (status == FW_NOT_FOUND)
        return fail(ret_problem, BTL_FILE_NOT_FOUND, status, 0, 0);
    if (status == FW_OUT_OF_RESOURCES)
        return fail(ret_problem, BTL_FILE_OPEN_NO_MEMORY, status, 0, 0);
    if (status != FW_SUCCESS)
        return fail(ret_problem, BTL_FILE_OPEN_FAILED, status, 0, 0);
    bool good = read_open(loader, &open, max, file, ret_problem);
    loader->volume->close(&open);
    return good;
}

// --------------------------------------------------------------------------- those that were read

static struct file **slot_of(const struct loader *loader, struct btl_str path)
{
    uint64_t seed;
    memcpy(&seed, loader->seed, sizeof(seed));
    return &loader->files.slots[btl_hash(path, seed) & (loader->files.capacity - 1)];
}

static struct file *find(const struct loader *loader, struct btl_str path)
{
    if (loader->files.capacity == 0)
        return NULL;
    struct file *file = *slot_of(loader, path);
    while (file != NULL && !btl_str_equal(file->path, path))
        file = file->next;
    return file;
}

static void enter(struct loader *loader, struct file *file)
{
    struct file **slot = slot_of(loader, file->path);
    file->next = *slot;
    *slot = file;
}

// Room for one more.
static bool grow(struct loader *loader)
{
    struct files *files = &loader->files, old = *files;
    if (files->count < files->capacity)
        return true;
    uint32_t capacity = old.capacity == 0 ? SLOTS_FIRST : 2 * old.capacity;
    struct file **slots = BTL_NEW_ARRAY(&loader->lasting, struct file *, capacity);
    if (slots == NULL)
        return false;
    files->slots = slots;
    files->capacity = capacity;
    for (uint32_t i = 0; i < old.capacity; i++) {
        for (struct file *file = old.slots[i], *next; file != NULL; file = next) {
            next = file->next;
            enter(loader, file);
        }
    }
    return true;
}

static struct file *make(struct loader *loader, struct btl_str path)
{
    struct file *file = grow(loader) ? BTL_NEW(&loader->lasting, struct file) : NULL;
    if (file == NULL)
        return NULL;
    file->path = btl_str_copy(&loader->lasting, path);
    if (file->path.at == NULL)
        return NULL;
    enter(loader, file);
    loader->files.count++;
    return file;
}

// What has failed for want of memory, or because this caller wants no file of that size, may
// succeed another time; nothing else is tried again.
static bool is_final(enum btl_code code)
{
    return code != BTL_FILE_NO_MEMORY && code != BTL_FILE_OPEN_NO_MEMORY &&
           code != BTL_FILE_TOO_LARGE;
}

static void read_new(struct loader *loader, uint64_t max, struct file *file)
{
    struct file_problem *problem = &file->problem;
    file->good = path_ok(file->path) ? read_path(loader, max, file, problem)
                                     : fail(problem, BTL_FILE_BAD_PATH, 0, 0, 0);
    file->known = file->good || is_final(problem->code);
}

// More than this caller wants: known of a file that was read, and of one that was too large for
// another.
static bool is_larger(const struct file *file, uint64_t max, uint64_t *ret_size)
{
    bool sized = file->good || file->problem.code == BTL_FILE_TOO_LARGE;
    *ret_size = file->good ? file->bytes.size : file->problem.got;
    return sized && *ret_size > max;
}

const struct file *file_read(struct loader *loader, struct btl_str path, uint64_t max,
                             struct file_problem *ret_problem)
{
    struct file *file = find(loader, path);
    if (file == NULL)
        file = make(loader, path);
    if (file == NULL) {
        fail(ret_problem, BTL_FILE_NO_MEMORY, 0, sizeof(*file), 0);
        return NULL;
    }
    uint64_t size;
    if (!file->known && !is_larger(file, max, &size))
        read_new(loader, max, file);
    bool larger = is_larger(file, max, &size);
    if (file->good && !larger)
        return file;
    *ret_problem = file->problem;
    if (larger)
        fail(ret_problem, BTL_FILE_TOO_LARGE, 0, max, size);
    return NULL;
}

void files_stage(struct loader *loader, const struct file *file)
{
    loader->files.pages.taken[file->taken].type = BTLM_MEM_STAGED;
}

void files_unstage(struct loader *loader)
{
    struct pages *pages = &loader->files.pages;
    for (uint64_t i = 0; i < pages->count; i++)
        pages->taken[i].type = BTLM_MEM_LOADER;
}

void files_forget(struct loader *loader)
{
    struct pages *pages = &loader->files.pages;
    volume_close(loader);
    pages_give_back_all(pages);
    loader->files = (struct files){.pages = *pages};
}

void file_report(struct loader *loader, struct btl_place place, const struct file_problem *problem)
{
    struct btl_arg status = BTL_ARG(fw_status_name(problem->status));
    struct btl_arg expected = BTL_SIZE(problem->expected), got = BTL_SIZE(problem->got);
    switch (problem->code) {
    case BTL_FILE_OPEN_FAILED:
    case BTL_FILE_NO_SIZE:
    case BTL_FILE_READ_FAILED:
        btl_report(&loader->diags, problem->code, place, status);
        break;
    case BTL_FILE_SHORT:
    case BTL_FILE_CHANGED:
        btl_report(&loader->diags, problem->code, place, BTL_DEC(problem->expected),
                   BTL_DEC(problem->got));
        break;
    default:
        btl_report(&loader->diags, problem->code, place, expected, got);
        break;
    }
}

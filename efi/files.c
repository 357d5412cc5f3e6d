// SPDX-License-Identifier: BSD-2-Clause
// Files: opened once, read in one call into pages of their own, hashed there.
#include <btl/hash.h>

#include "loader.h"
#include "text.h"

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
    for (size_t i = 0; i < sizeof(file->sha256); i++)
        btl_format_to(digest + 2 * i, 3, "%02x", file->sha256[i]);
    log_line(&loader->log, LOG_DETAIL, "%S: %llu bytes", &file->path,
             (unsigned long long)file->bytes.size);
    log_line(&loader->log, LOG_DETAIL, "  SHA-256 %s", digest);
}

static bool read_open(struct loader *loader, struct volume_file *open, uint64_t max,
                      struct file *file, struct file_problem *ret_problem)
{
    uint64_t size, got = 0;
    if (!check_size(open, max, &size, ret_problem))
        return false;
    if (!pages_take(&loader->pages, size, BTLM_MEM_LOADER, &file->physical))
        return fail(ret_problem, BTL_FILE_NO_MEMORY, 0, size, 0);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file->physical;
    fw_status status = open->volume->read(open, bytes, size, &got);
    bool good = status == FW_SUCCESS && got == size;
    if (status != FW_SUCCESS)
        fail(ret_problem, BTL_FILE_READ_FAILED, status, size, 0);
    else if (!good)
        fail_short(open, size, got, ret_problem);
    if (!good) {
        pages_give_back_last(&loader->pages);
        return false;
    }
    file->bytes = (struct btl_bytes){bytes, size};
    file->taken = loader->pages.count - 1;
    file->size = loader->pages.taken[file->taken].size;
    btl_sha256(file->bytes, file->sha256);
    say_read(loader, file);
    return true;
}

bool file_read(struct loader *loader, struct btl_str path, uint64_t max, struct file *ret_file,
               struct file_problem *ret_problem)
{
    struct volume_file open;
    struct file file = {.path = path};
    if (!path_ok(path))
        return fail(ret_problem, BTL_FILE_BAD_PATH, 0, 0, 0);
    fw_status status = loader->volume->open(loader->volume, path, &open);
    if (status == FW_NOT_FOUND)
        return fail(ret_problem, BTL_FILE_NOT_FOUND, status, 0, 0);
    if (status == FW_OUT_OF_RESOURCES)
        return fail(ret_problem, BTL_FILE_OPEN_NO_MEMORY, status, 0, 0);
    if (status != FW_SUCCESS)
        return fail(ret_problem, BTL_FILE_OPEN_FAILED, status, 0, 0);
    bool good = read_open(loader, &open, max, &file, ret_problem);
    loader->volume->close(&open);
    if (good)
        *ret_file = file;
    return good;
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

// SPDX-License-Identifier: BSD-2-Clause
// The files of a configuration as the lines of a seal, and the comparison of both.
#include "sealing.h"

#include <stdlib.h>

#include <btl/hash.h>

struct btl_str seal_path(struct btl_arena *arena, struct btl_str config)
{
    return memory_text(arena, "%pS" BTL_SEAL_SUFFIX, &config);
}

enum seal_found seal_open_beside(struct boot *boot, struct btl_seal *ret_seal)
{
    struct host *host = boot->host;
    struct btl_str path = seal_path(host->arena, boot->path);
    struct btl_place place = {.file = volume_name(&boot->volume, path)};
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (volume_read(&boot->volume, path, BTL_SEAL_MAX, &bytes, &problem))
        return btl_seal_open(bytes, place, boot->machine, host->arena, ret_seal, &host->diags)
                   ? SEAL_THERE
                   : SEAL_UNREADABLE;
    if (problem.code == BTL_FILE_NOT_FOUND)
        return SEAL_ABSENT;
    btl_file_report(&host->diags, place, &problem);
    return SEAL_UNREADABLE;
}

// ------------------------------------------------------------------------------------- collecting

struct seal_lines {
    struct boot *boot;
    struct btl_seal_line *at;
    size_t count, capacity;
};

static void seal_add_line(struct seal_lines *lines, enum btl_seal_kind kind, struct btl_str path,
                          struct btl_bytes bytes)
{
    struct btl_seal_line line = {.kind = kind, .size = bytes.size, .path = path};
    btl_sha256(bytes, line.sha256);
    MEMORY_RESERVE(lines->boot->host->arena, lines->at, lines->count, 1, lines->capacity);
    lines->at[lines->count++] = line;
}

static enum btl_seal_kind seal_kind_of(const struct boot *boot, const struct btl_boot_file *file)
{
    const struct btl_attempt *attempt = &boot->attempt;
    if (file == attempt->config_file)
        return BTL_SEAL_CONFIG;
    return file == attempt->kernel.file ? BTL_SEAL_KERNEL : BTL_SEAL_FILE;
}

// Order lines by kind, then by path.
static int seal_compare_lines(const void *a, const void *b)
{
    const struct btl_seal_line *left = a, *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return btl_seal_compare_paths(left->path, right->path);
}

// Has one of the first `count` lines this path? Files are in order: only the last can have it.
static bool seal_is_repeated(const struct seal_lines *lines, size_t count, struct btl_str path)
{
    for (size_t i = 0; i < count && i < BTL_SEAL_FILE; i++) {
        if (btl_seal_compare_paths(lines->at[i].path, path) == 0)
            return true;
    }
    return count > 0 && btl_seal_compare_paths(lines->at[count - 1].path, path) == 0;
}

// A path is listed once, although several lines of a configuration may name it.
static void seal_remove_repeated(struct seal_lines *lines)
{
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++) {
        if (!seal_is_repeated(lines, kept, lines->at[i].path))
            lines->at[kept++] = lines->at[i];
    }
    lines->count = kept;
}

static bool seal_add_also(struct seal_lines *lines, const struct seal_also *also)
{
    struct volume *volume = &lines->boot->volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    for (size_t i = 0; i < also->count; i++) {
        struct btl_str path = also->paths[i];
        struct btl_place place = {.file = volume_name(volume, path)};
        if (!btl_is_path(path)) {
            btl_report(&volume->host->diags, BTL_SEAL_PATH, place, BTL_ARG(path));
            return false;
        }
        if (!volume_read(volume, path, BTL_SEAL_SIZE_MAX, &bytes, &problem)) {
            btl_file_report(&volume->host->diags, place, &problem);
            return false;
        }
        seal_add_line(lines, BTL_SEAL_FILE, path, bytes);
    }
    return true;
}

bool seal_collect(struct boot *boot, const struct seal_also *also, struct btl_seal *seal)
{
    struct seal_lines lines = {.boot = boot};
    const struct btl_attempt *attempt = &boot->attempt;
    if (attempt->config_file == NULL || attempt->kernel.file == NULL)
        return false; // reported by the steps
    seal_add_line(&lines, BTL_SEAL_CONFIG, boot->path, attempt->config_file->bytes);
    for (size_t i = 0; i < boot->reads.count; i++) {
        const struct btl_boot_file *file = boot->reads.files[i];
        seal_add_line(&lines, seal_kind_of(boot, file), file->path, file->bytes);
    }
    if (!seal_add_also(&lines, also))
        return false;
    qsort(lines.at, lines.count, sizeof(*lines.at), seal_compare_lines);
    seal_remove_repeated(&lines);
    seal->machine = boot->machine;
    seal->lines = lines.at;
    seal->count = (uint32_t)lines.count;
    return true;
}

struct seal_also seal_find_also(struct boot *boot, const struct btl_seal *old)
{
    struct volume *volume = &boot->volume;
    struct btl_str *paths = MEMORY_ARRAY(boot->host->arena, struct btl_str, old->count);
    struct seal_also also = {.paths = paths};
    struct btl_seal used = {.count = 0};
    struct btl_file_problem problem;
    struct volume_file file;
    seal_collect(boot, &also, &used);
    for (uint32_t i = BTL_SEAL_FILE; i < old->count; i++) {
        struct btl_str path = old->lines[i].path;
        if ((used.count == 0 || btl_seal_find(&used, path) == NULL) &&
            volume_file_open(volume, path, BTL_SEAL_SIZE_MAX, &file, &problem))
            paths[also.count++] = memory_text(boot->host->arena, "%pS", &path);
    }
    return also;
}

// -------------------------------------------------------------------------------------- comparing

// Report what makes the file another one than that of the seal. False: it fits.
static bool seal_report_difference(struct boot *boot, const struct btl_seal *seal,
                                   const struct btl_seal_line *file)
{
    struct btl_place place = {
        .file = volume_name(&boot->volume, seal_path(boot->host->arena, boot->path))};
    enum btl_seal_verdict verdict = btl_seal_judge(seal, file->path, file->size, file->sha256);
    if (verdict == BTL_SEAL_VERDICT_FITS)
        return false;
    if (verdict == BTL_SEAL_VERDICT_NOT_LISTED)
        btl_report(&boot->host->diags, BTL_HOST_SEAL_UNLISTED, place, BTL_ARG(file->path));
    else
        btl_report(&boot->host->diags, BTL_HOST_SEAL_DIFFERS, place, BTL_ARG(file->path),
                   BTL_ARG_Z(verdict == BTL_SEAL_VERDICT_SIZE_DIFFERS ? "size" : "SHA-256"));
    return true;
}

size_t seal_report_differences(struct boot *boot, const struct btl_seal *seal)
{
    struct btl_seal now = {.count = 0};
    size_t differences = 0;
    if (!seal_collect(boot, &(struct seal_also){0}, &now))
        return 0;
    for (uint32_t i = 0; i < now.count; i++)
        differences += seal_report_difference(boot, seal, &now.lines[i]);
    return differences;
}

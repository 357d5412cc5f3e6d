// SPDX-License-Identifier: BSD-2-Clause
#include "release.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <btl/hash.h>

#include "files.h"

#define KERNEL_PREFIX "vmlinuz-" // in /boot

bool release_is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strlen(name) <= 64 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "._+~-")] == '\0';
}

// Return the first file that exists of up to three formats of the release's name, or the first.
static const char *release_find(const struct release *release, const char *const formats[3])
{
    const char *first = NULL;
    for (size_t i = 0; i < 3 && formats[i] != NULL; i++) {
        struct btl_str format = btl_str_of(formats[i]), before, after;
        btl_str_split(format, '%', &before, &after);
        const char *path = memory_text(release->host->arena, "%s%pS%s%pS", release->root, &before,
                                       release->name, &after)
                               .at;
        if (access(path, F_OK) == 0)
            return path;
        first = first == NULL ? path : first;
    }
    return first;
}

static bool release_read_kernel(struct release *release)
{
    static const char *const kernels[3] = {"/boot/vmlinuz-%", "/lib/modules/%/vmlinuz",
                                           "/usr/lib/modules/%/vmlinuz"};
    if (release->kernel == NULL)
        release->kernel = release_find(release, kernels);
    return files_read(release->host, release->kernel, &release->kernel_file.bytes);
}

// A system may do without an initial RAM disk; one that is named must exist.
static bool release_read_initrd(struct release *release)
{
    static const char *const initrds[3] = {"/boot/initrd.img-%", "/boot/initramfs-%.img",
                                           "/boot/initrd-%"};
    bool named = release->initrd != NULL;
    if (!named)
        release->initrd = release_find(release, initrds);
    release->no_initrd |= !named && access(release->initrd, F_OK) != 0;
    return release->no_initrd ||
           files_read(release->host, release->initrd, &release->initrd_file.bytes);
}

bool release_read(struct release *release)
{
    static const char *const directories[3] = {"/lib/modules/%", "/usr/lib/modules/%", NULL};
    if (!release_read_kernel(release) || !release_read_initrd(release) ||
        !module_index_read(release->host, release_find(release, directories), &release->index))
        return false;
    release->builtin_file.bytes =
        (struct btl_bytes){(const uint8_t *)release->index.builtin.at, release->index.builtin.len};
    return true;
}

// ---------------------------------------------------------------------------------------- modules

static bool release_take(struct release *release, struct module_row *row)
{
    struct release_file file = {.path = row->path}; // until release_choose_paths()
    if (row->taken)
        return true;
    row->taken = true;
    if (!module_row_read(&release->index, row, &file.bytes))
        return false;
    MEMORY_RESERVE(release->host->arena, release->modules, release->module_count, 1,
                   release->module_capacity);
    release->modules[release->module_count++] = file;
    return true;
}

bool release_add_module(struct release *release, struct btl_str name, bool *ret_known)
{
    struct module_row *row = module_index_find(&release->index, name);
    *ret_known = row != NULL || module_index_is_built_in(&release->index, name);
    if (row == NULL)
        return true;
    struct btl_str rest = row->needs, need;
    while (btl_take_name(&rest, &need)) {
        struct module_row *other = module_index_find(&release->index, need);
        if (other != NULL && !release_take(release, other))
            return false;
    }
    return release_take(release, row);
}

// ------------------------------------------------------------------------------------------ paths

static struct btl_str release_digits(struct btl_arena *arena, const uint8_t sha256[static 32])
{
    char digits[BTL_SHA256_TEXT];
    btl_sha256_text(sha256, digits);
    return memory_text(arena, "%.*s", (int)RELEASE_HASH, digits);
}

static void release_name_file(const struct release *release, struct release_file *file,
                              const char *before, const char *after)
{
    btl_sha256(file->bytes, file->sha256);
    struct btl_str digits = release_digits(release->host->arena, file->sha256);
    file->path = memory_text(release->host->arena, RELEASE_DIRECTORY "/%s/%s-%pS%s", release->name,
                             before, &digits, after);
}

// The directory of the modules has the digits of a list of their names and hashes.
static void release_name_directory(struct release *release)
{
    struct btl_arena *arena = release->host->arena;
    struct memory_buffer list;
    uint8_t sha256[32];
    char text[BTL_SHA256_TEXT];
    memory_buffer_begin(&list, arena, 4096);
    for (size_t i = 0; i < release->module_count; i++) {
        struct release_file *file = &release->modules[i];
        struct btl_str name = module_path_name(file->path);
        btl_sha256(file->bytes, file->sha256);
        btl_format(&list.out, "%s  %pS\n", btl_sha256_text(file->sha256, text), &name);
    }
    struct btl_str all = memory_buffer_text(&list);
    btl_sha256((struct btl_bytes){(const uint8_t *)all.at, all.len}, sha256);
    struct btl_str digits = release_digits(arena, sha256);
    release->module_directory =
        release->module_count == 0
            ? BTL_STR("")
            : memory_text(arena, RELEASE_DIRECTORY "/%s/modules-%pS", release->name, &digits);
}

void release_choose_paths(struct release *release)
{
    struct btl_arena *arena = release->host->arena;
    release_name_file(release, &release->kernel_file, "vmlinuz", "");
    if (!release->no_initrd)
        release_name_file(release, &release->initrd_file, "initrd", ".img");
    if (release->builtin_file.bytes.size > 0)
        release->builtin_file.path =
            memory_text(arena, RELEASE_DIRECTORY "/%s/modules.builtin", release->name);
    release_name_directory(release);
    for (size_t i = 0; i < release->module_count; i++) {
        struct btl_str name = module_path_name(release->modules[i].path);
        release->modules[i].path =
            memory_text(arena, "%pS/%pS.ko", &release->module_directory, &name);
    }
}

bool release_for_each(struct release *release, void *owner,
                      bool (*visit)(void *owner, const struct release_file *file))
{
    bool good = visit(owner, &release->kernel_file) &&
                (release->no_initrd || visit(owner, &release->initrd_file)) &&
                (release->builtin_file.path.len == 0 || visit(owner, &release->builtin_file));
    for (size_t i = 0; i < release->module_count && good; i++)
        good = visit(owner, &release->modules[i]);
    return good;
}

// --------------------------------------------------------------------------------------- releases

struct btl_str release_of_path(struct btl_str path)
{
    struct btl_str rest = path, directory, release;
    if (btl_take_part(&rest, '/', &directory) && btl_take_part(&rest, '/', &release) &&
        rest.len > 0 && btl_str_equal_nocase(directory, BTL_STR("linux")))
        return release;
    return btl_str_first(path, 0);
}

bool release_is_newer(struct btl_arena *arena, struct btl_str a, struct btl_str b)
{
    return strverscmp(memory_text(arena, "%pS", &a).at, memory_text(arena, "%pS", &b).at) > 0;
}

// Return the release of a name in /boot, or NULL.
static const char *release_of_kernel(const char *name)
{
    size_t prefix = strlen(KERNEL_PREFIX);
    bool good = strncmp(name, KERNEL_PREFIX, prefix) == 0 && release_is_name(name + prefix);
    return good ? name + prefix : NULL;
}

// Return the smallest release above `after` (NULL: the largest one) that is not `without`.
static const char *release_choose(struct host *host, const char *root, const char *after,
                                  const char *without)
{
    DIR *directory = opendir(memory_text(host->arena, "%s/boot", root).at);
    const char *chosen = NULL;
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *name = release_of_kernel(entry->d_name);
        if (name == NULL || strcmp(name, without) == 0 ||
            (after != NULL && strverscmp(name, after) <= 0))
            continue;
        if (chosen == NULL || (strverscmp(name, chosen) > 0) == (after == NULL))
            chosen = memory_text(host->arena, "%s", name).at;
    }
    if (directory != NULL)
        closedir(directory);
    return chosen;
}

const char *release_newest(struct host *host, const char *root, const char *without)
{
    return release_choose(host, root, NULL, without);
}

const char *release_next(struct host *host, const char *root, const char *after)
{
    return release_choose(host, root, after, "");
}

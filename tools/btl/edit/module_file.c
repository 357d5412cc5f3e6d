// SPDX-License-Identifier: BSD-2-Clause
#include "module_file.h"

#include <string.h>

#include <btl/elf.h>
#include <btl/hash.h>
#include <btl/modinfo.h>

#include "conf_edit.h"
#include "files.h"

#define HASH_DIGITS (MODULE_FILE_HASH - 1) // of the SHA-256, in the name

// The end of the name of a file with this hash.
static struct btl_str module_file_end(const uint8_t sha256[static 32],
                                      char end[static BTL_SHA256_TEXT + 4])
{
    char digits[BTL_SHA256_TEXT];
    btl_sha256_text(sha256, digits);
    int len = (int)btl_format_to(end, BTL_SHA256_TEXT + 4, "-%.*s" MODULE_SUFFIX, (int)HASH_DIGITS,
                                 digits);
    return (struct btl_str){end, (size_t)len};
}

bool module_file_read(struct host *host, const char *source, const struct btl_machine *machine,
                      struct btl_str directory, struct module_file *ret_file)
{
    struct module_file file = {.source = source};
    struct btl_place place = {.file = btl_str_of(source)};
    struct btl_elf elf;
    struct btl_modinfo info;
    char end[BTL_SHA256_TEXT + 4];
    if (!files_read(host, source, &file.bytes) ||
        !btl_elf_open(file.bytes, BTL_ELF_MODULE, machine->number, place, &elf, &host->diags) ||
        !btl_modinfo_read(&elf, host->arena, &info, &host->diags))
        return false;
    btl_sha256(file.bytes, file.sha256);
    struct btl_str tail = module_file_end(file.sha256, end);
    directory = btl_directory_prefix(directory);
    file.name = memory_text(host->arena, "%pS", &info.name);
    file.path = memory_text(host->arena, "%pS/%pS%pS", &directory, &info.name, &tail);
    *ret_file = file;
    return true;
}

bool module_file_is_named(struct btl_str path)
{
    struct btl_str name = btl_base_name(path), digits;
    size_t suffix = strlen(MODULE_SUFFIX), end = MODULE_FILE_HASH + suffix;
    if (name.len <= end || !btl_str_ends(name, BTL_STR(MODULE_SUFFIX)))
        return false;
    digits = btl_str_without_last(btl_str_after(name, name.len - end), suffix);
    bool good = digits.at[0] == '-' && btl_is_module_name(btl_str_without_last(name, end));
    for (size_t i = 1; i <= HASH_DIGITS; i++)
        good = good && (btl_is_digit(digits.at[i]) || (digits.at[i] >= 'a' && digits.at[i] <= 'f'));
    return good;
}

bool module_file_is_stored(struct btl_str path, struct btl_bytes bytes)
{
    uint8_t sha256[32];
    char end[BTL_SHA256_TEXT + 4];
    if (!module_file_is_named(path))
        return false;
    btl_sha256(bytes, sha256);
    return btl_str_ends(path, module_file_end(sha256, end));
}

size_t module_files(struct volume *volume, const struct btl_config *config, struct btl_str name,
                    struct btl_str **ret_paths)
{
    struct btl_arena *arena = volume->host->arena;
    struct volume_file file;
    struct btl_file_problem problem;
    struct btl_str rest = config->module_path, directory, path;
    size_t count = 0, capacity = 0;
    bool named = btl_config_value(config, memory_text(arena, "%pS_name", &name), &path);
    *ret_paths = NULL;
    while (named || btl_take_part(&rest, ';', &directory)) {
        if (!named) {
            directory = btl_directory_prefix(directory);
            path = memory_text(arena, "%pS/%pS" MODULE_SUFFIX, &directory, &name);
        }
        named = false;
        if (!volume_file_open(volume, path, UINT64_MAX, &file, &problem))
            continue;
        MEMORY_RESERVE(arena, *ret_paths, count, 1, capacity);
        (*ret_paths)[count++] = memory_text(arena, "%pS", &path);
    }
    return count;
}

// SPDX-License-Identifier: BSD-2-Clause
// The firmware's boot entries (UEFI 2.10, 3.1 and 3.3).
#include "boot_entry.h"

#include <string.h>

#include <btl/load_options.h>
#include <btl/utf16.h>
#include "install/loader_file.h"
#include "variables/load_option.h"

#define ENTRIES_MAX 256 // of BootOrder

static struct btl_str boot_entry_utf8(struct btl_arena *arena, struct btl_bytes utf16)
{
    size_t size = utf16.size / 2 * 3;
    char *at = MEMORY_ARRAY(arena, char, size + 1);
    return (struct btl_str){at, btl_utf16_to_utf8(utf16.at, utf16.size / 2, at, size)};
}

struct btl_str boot_entry_file_path(struct btl_arena *arena, const struct load_option *option)
{
    struct btl_str text = boot_entry_utf8(arena, option->file);
    char *path = (char *)(uintptr_t)text.at;
    for (size_t i = 0; i < text.len; i++)
        path[i] = path[i] == '\\' ? '/' : path[i];
    return text;
}

static bool boot_entry_is_loader(struct volume *volume, struct btl_str path)
{
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    return path.len > 0 && btl_path_is_usable(path) &&
           volume_read(volume, path, LOADER_FILE_MAX, &bytes, &problem) &&
           loader_file_is_btl(bytes);
}

static void boot_entry_parse_options(struct btl_arena *arena, struct btl_bytes bytes,
                                     struct boot_entry *entry)
{
    struct btl_diags ignored = {.arena = arena};
    struct btl_load_options options;
    if (!btl_load_options_parse(bytes, false, arena, &ignored, &options))
        return;
    entry->options_not_text = ignored.first != NULL && ignored.first->code == BTL_OPTION_NOT_TEXT;
    if (entry->options_not_text)
        return;
    entry->config = options.config;
    entry->options = boot_entry_utf8(arena, bytes);
}

// Read entry `number`. False: the firmware does not try the entry, or it starts another program.
static bool boot_entry_read(struct variables *variables, struct volume *volume, uint16_t number,
                            bool once, struct boot_entry *entry)
{
    struct btl_arena *arena = volume->host->arena;
    const char *name = memory_text(arena, "Boot%04X", number).at;
    struct load_option option;
    struct btl_bytes variable;
    if (!variables_firmware(variables, name, &variable) || !load_option_read(variable, &option))
        return false;
    bool tried = (option.attributes & LOAD_OPTION_ACTIVE) != 0 &&
                 (option.attributes & LOAD_OPTION_CATEGORY) != LOAD_OPTION_CATEGORY_APP;
    if (!tried && !once)
        return false;
    entry->valid = boot_entry_is_loader(volume, boot_entry_file_path(arena, &option));
    entry->others += !entry->valid;
    if (!entry->valid)
        return false;
    entry->name = name;
    entry->title = boot_entry_utf8(arena, option.description);
    boot_entry_parse_options(arena, option.options, entry);
    return true;
}

void boot_entry_find(struct variables *variables, struct volume *volume,
                     struct boot_entry *ret_entry)
{
    static const char *const lists[] = {"BootNext", "BootOrder"};
    struct btl_bytes list;
    *ret_entry = (struct boot_entry){.valid = false};
    for (size_t which = 0; which < BTL_COUNT(lists); which++) {
        if (!variables_firmware(variables, lists[which], &list))
            continue;
        for (size_t at = 0; at + 1 < list.size && at < 2 * ENTRIES_MAX; at += 2) {
            uint16_t number = (uint16_t)(list.at[at] | list.at[at + 1] << 8);
            if (boot_entry_read(variables, volume, number, which == 0, ret_entry))
                return;
        }
    }
}

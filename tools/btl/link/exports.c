// SPDX-License-Identifier: BSD-2-Clause
// What a module is called and what it exports. A BTL module, which has the wrapper structure, is
// read as the loader reads it. Any other object may have name= and export= in .modinfo, or what
// Linux's EXPORT_SYMBOL() leaves: a symbol __ksymtab_NAME in a section __ksymtab or __ksymtab_gpl
// for each exported NAME.
#include <string.h>

#include <btl/module.h>

#include "job.h"

#define KSYMTAB BTL_STR("__ksymtab")
#define ENTRY   BTL_STR("__ksymtab_")

static bool starts_with(struct btl_str text, struct btl_str with)
{
    return text.len >= with.len && memcmp(text.at, with.at, with.len) == 0;
}

static struct btl_str without(struct btl_str text, size_t len)
{
    return (struct btl_str){text.at + len, text.len - len};
}

// The file's name without directory and suffix: what a module without metadata is called.
static struct btl_str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct btl_str name = btl_str_of(slash != NULL ? slash + 1 : path);
    const char *dot = memrchr(name.at, '.', name.len);
    if (dot != NULL && dot != name.at)
        name.len = (size_t)(dot - name.at);
    return name;
}

// The value of the next string of *rest with that key.
static bool next_value(struct btl_bytes *rest, struct btl_str key, struct btl_str *ret_value)
{
    while (rest->size > 0) {
        const uint8_t *end = memchr(rest->at, '\0', rest->size);
        size_t len = end == NULL ? rest->size : (size_t)(end - rest->at);
        struct btl_str text = {(const char *)rest->at, len};
        size_t used = len + (end != NULL);
        *rest = (struct btl_bytes){rest->at + used, rest->size - used};
        if (starts_with(text, key)) {
            *ret_value = without(text, key.len);
            return true;
        }
    }
    return false;
}

// Metadata of an object that is no BTL module: nobody but us asks for name= and export=, so that
// nothing else is looked at.
static struct btl_modinfo read_foreign(const struct link_module *module, struct btl_arena *arena)
{
    struct btl_modinfo info = {.name = file_name(module->path)};
    uint32_t section = btl_elf_find_section(&module->elf, BTL_STR(".modinfo"));
    if (section == BTL_NONE)
        return info;
    struct btl_str value;
    struct btl_bytes bytes = btl_elf_section_bytes(&module->elf, section), rest = bytes;
    if (next_value(&rest, BTL_STR("name="), &value) && value.len > 0)
        info.name = value;
    for (rest = bytes; next_value(&rest, BTL_STR("export="), &value);)
        info.export_count++;
    if (info.export_count == 0)
        return info;
    info.exports = MEMORY_ARRAY(arena, struct btl_str, info.export_count);
    rest = bytes;
    for (size_t i = 0; next_value(&rest, BTL_STR("export="), &value);)
        info.exports[i++] = value;
    return info;
}

static bool take_declared(struct link_module *module, const struct btl_modinfo *info,
                          struct btl_arena *arena)
{
    uint32_t *symbols = MEMORY_ARRAY(arena, uint32_t, info->export_count);
    if (!btl_modinfo_exports(&module->elf, info, arena, symbols, &module->diags))
        return false;
    module->declared = true;
    module->export_count = (uint32_t)info->export_count;
    module->exports = MEMORY_ARRAY(arena, struct link_export, info->export_count);
    for (size_t i = 0; i < info->export_count; i++)
        module->exports[i] = (struct link_export){info->exports[i], symbols[i]};
    return true;
}

// Which sections hold entries of EXPORT_SYMBOL(); NULL: none.
static bool *find_ksymtab(const struct btl_elf *elf, struct btl_arena *arena)
{
    bool *found = NULL;
    for (uint32_t i = 1; i < elf->section_count; i++) {
        struct btl_str name = btl_elf_section_name(elf, i);
        if (!starts_with(name, KSYMTAB) ||
            !(name.len == KSYMTAB.len || btl_str_equal(name, BTL_STR("__ksymtab_gpl"))))
            continue;
        if (found == NULL)
            found = MEMORY_ARRAY(arena, bool, elf->section_count);
        found[i] = true;
    }
    return found;
}

// A table of the names that have an entry. `found`: the sections of entries.
static bool name_entries(const struct btl_elf *elf, const bool *found, struct btl_arena *arena,
                         struct btl_symtab *table)
{
    uint16_t special;
    if (!btl_symtab_init(table, 0, arena))
        return false;
    for (uint32_t i = 1; i < elf->symbol_count; i++) {
        if (!found[btl_elf_symbol_section(elf, i, &special)])
            continue;
        struct btl_str name = btl_elf_symbol_name(elf, i);
        uint32_t other;
        if (starts_with(name, ENTRY) &&
            !btl_symtab_add(table, without(name, ENTRY.len), 0, 0, &other) && other == BTL_NONE)
            return false;
    }
    return true;
}

// Each global symbol whose name has an entry is exported.
static bool take_ksymtab(struct link_module *module, const bool *found, struct btl_arena *arena)
{
    const struct btl_elf *elf = &module->elf;
    struct btl_symtab table;
    if (!name_entries(elf, found, arena, &table)) {
        btl_report(&module->diags, BTL_NO_MEMORY, elf->place, BTL_ARG_Z("reading the exports"));
        return false;
    }
    module->exports = MEMORY_ARRAY(arena, struct link_export, table.count);
    for (uint32_t i = 1; i < elf->symbol_count && module->export_count < table.count; i++) {
        uint16_t special;
        if (ELF64_SYMBOL_BIND(elf->symbols[i].info) == ELF_STB_LOCAL ||
            (btl_elf_symbol_section(elf, i, &special) == ELF_SHN_UNDEF && special == 0))
            continue;
        struct btl_str name = btl_elf_symbol_name(elf, i);
        if (btl_symtab_find(&table, name) != NULL)
            module->exports[module->export_count++] = (struct link_export){name, i};
    }
    return true;
}

bool link_find_exports(struct link_module *module, struct btl_arena *arena)
{
    struct btl_modinfo info;
    module->is_btl = btl_elf_find_section(&module->elf, BTL_STR(BTL_WRAPPER_SECTION)) != BTL_NONE;
    if (!module->is_btl)
        info = read_foreign(module, arena);
    else if (!btl_modinfo_read(&module->elf, arena, &info, &module->diags))
        return false;
    module->name = info.name;
    module->depends = info.depends;
    module->depend_count = info.depend_count;
    if (info.export_count > 0)
        return take_declared(module, &info, arena);
    const bool *found = module->is_btl ? NULL : find_ksymtab(&module->elf, arena);
    return found == NULL || take_ksymtab(module, found, arena);
}

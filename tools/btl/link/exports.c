// SPDX-License-Identifier: BSD-2-Clause
// The name and the exports of a module. A BTL module, which has the wrapper structure, is read as
// the loader reads it. Any other object may have name= and export= in .modinfo, or the entries of
// Linux's EXPORT_SYMBOL(): a symbol __ksymtab_NAME in a section __ksymtab or __ksymtab_gpl for each
// exported NAME.
#include <btl/module.h>

#include "job.h"

#define ENTRY BTL_STR("__ksymtab_")

// The name of a module without metadata: that of its file, without directory and suffix.
static struct btl_str file_stem(const char *path)
{
    struct btl_str name = btl_base_name(btl_str_of(path));
    size_t dot = btl_str_find_last(name, '.');
    return dot == 0 ? name : btl_str_first(name, dot);
}

static bool entry_value(struct btl_str entry, struct btl_str key, struct btl_str *ret_value)
{
    if (!btl_str_begins(entry, key))
        return false;
    *ret_value = btl_str_after(entry, key.len);
    return true;
}

// The metadata of an object that is not a BTL module: name= and export=.
static struct btl_modinfo read_foreign_info(const struct link_module *module,
                                            struct btl_arena *arena)
{
    struct btl_modinfo info = {.name = file_stem(module->path)};
    uint32_t section = btl_elf_find_section(&module->elf, BTL_STR(".modinfo"));
    if (section == BTL_NONE)
        return info;
    struct btl_str entry, value;
    struct btl_bytes bytes = btl_elf_section_bytes(&module->elf, section), rest = bytes;
    while (btl_modinfo_next(&rest, &entry)) {
        if (entry_value(entry, BTL_STR("name="), &value) && value.len > 0)
            info.name = value;
        info.export_count += btl_str_begins(entry, BTL_STR("export="));
    }
    if (info.export_count == 0)
        return info;
    info.exports = MEMORY_ARRAY(arena, struct btl_str, info.export_count);
    for (size_t i = 0; btl_modinfo_next(&bytes, &entry);) {
        if (entry_value(entry, BTL_STR("export="), &value))
            info.exports[i++] = value;
    }
    return info;
}

static bool add_declared_exports(struct link_module *module, const struct btl_modinfo *info,
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

// Mark the sections with entries of EXPORT_SYMBOL(); NULL: there is none.
static bool *find_ksymtab_sections(const struct btl_elf *elf, struct btl_arena *arena)
{
    bool *found = NULL;
    for (uint32_t i = 1; i < elf->section_count; i++) {
        struct btl_str name = btl_elf_section_name(elf, i);
        if (!btl_str_equal(name, BTL_STR("__ksymtab")) &&
            !btl_str_equal(name, BTL_STR("__ksymtab_gpl")))
            continue;
        if (found == NULL)
            found = MEMORY_ARRAY(arena, bool, elf->section_count);
        found[i] = true;
    }
    return found;
}

// Make a table of the names that have an entry. `found`: the sections of entries.
static bool ksymtab_names(const struct btl_elf *elf, const bool *found, struct btl_arena *arena,
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
        if (btl_str_begins(name, ENTRY) &&
            !btl_symtab_add(table, btl_str_after(name, ENTRY.len), 0, 0, &other) &&
            other == BTL_NONE)
            return false;
    }
    return true;
}

// Export each global symbol whose name has an entry.
static bool add_ksymtab_exports(struct link_module *module, const bool *found,
                                struct btl_arena *arena)
{
    const struct btl_elf *elf = &module->elf;
    struct btl_symtab table;
    if (!ksymtab_names(elf, found, arena, &table)) {
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
        info = read_foreign_info(module, arena);
    else if (!btl_modinfo_read(&module->elf, arena, &info, &module->diags))
        return false;
    module->name = info.name;
    module->depends = info.depends;
    module->depend_count = info.depend_count;
    if (info.export_count > 0)
        return add_declared_exports(module, &info, arena);
    const bool *found = module->is_btl ? NULL : find_ksymtab_sections(&module->elf, arena);
    return found == NULL || add_ksymtab_exports(module, found, arena);
}

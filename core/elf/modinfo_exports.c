// SPDX-License-Identifier: BSD-2-Clause
// Metadata: from the names of exports to symbols of the file.
#include "modinfo_reader.h"

// What the file has under an exported name; a later one is better.
enum found { NOTHING, UNDEFINED, LOCAL, UNLOADED, DEFINED };

static enum found classify(const struct btl_elf *elf, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(elf, symbol, &special);
    if (section == ELF_SHN_UNDEF && special == 0)
        return UNDEFINED;
    if (ELF64_SYMBOL_BIND(elf->symbols[symbol].info) == ELF_STB_LOCAL)
        return LOCAL;
    if (special == 0 && !btl_elf_section_loaded(elf, section))
        return UNLOADED;
    return DEFINED;
}

// Number the exports in their order. False: one of them stands there twice.
static bool number_exports(const struct btl_elf *elf, const struct btl_modinfo *info,
                           struct btl_names *names, struct btl_diags *diags)
{
    bool good = true;
    for (size_t i = 0; i < info->export_count; i++) {
        uint32_t known = names->count;
        if (btl_names_number(names, info->exports[i]) == known)
            continue;
        btl_report(diags, BTL_MODINFO_EXPORT_REPEATED, elf->place, BTL_ARG(info->exports[i]));
        good = false;
    }
    return good;
}

// Find the best symbol of each name, among the definitions (`defined`) or among the
// others. Hashing a name costs more than looking at its symbol.
static void find_symbols(const struct btl_elf *elf, const struct btl_names *names, bool defined,
                         uint8_t *found, uint32_t *symbols)
{
    for (uint32_t i = 1; i < elf->symbol_count; i++) {
        enum found class = classify(elf, i);
        if ((class == DEFINED) != defined)
            continue;
        uint32_t number = btl_names_find(names, btl_elf_symbol_name(elf, i));
        if (number == BTL_NONE || class <= found[number])
            continue;
        found[number] = (uint8_t) class;
        symbols[number] = i;
    }
}

static bool all_are_defined(const struct btl_names *names, const uint8_t *found)
{
    uint32_t i = 0;
    while (i < names->count && found[i] == DEFINED)
        i++;
    return i == names->count;
}

static bool report_missing(const struct btl_elf *elf, const struct btl_names *names,
                           const uint8_t *found, struct btl_diags *diags)
{
    static const enum btl_code codes[] = {
        [NOTHING] = BTL_MODINFO_EXPORT_MISSING,
        [UNDEFINED] = BTL_MODINFO_EXPORT_UNDEFINED,
        [LOCAL] = BTL_MODINFO_EXPORT_LOCAL,
        [UNLOADED] = BTL_MODINFO_EXPORT_UNLOADED,
    };
    bool good = true;
    for (uint32_t i = 0; i < names->count; i++) {
        if (found[i] == DEFINED)
            continue;
        btl_report(diags, codes[found[i]], elf->place, BTL_ARG(names->name[i]));
        good = false;
    }
    return good;
}

// Numbers and indices are the same where no name stands twice; where one does, ret_symbols is only
// scratch.
bool btl_modinfo_exports(const struct btl_elf *elf, const struct btl_modinfo *info,
                         struct btl_arena *arena, uint32_t *ret_symbols, struct btl_diags *diags)
{
    struct btl_names names;
    if (info->export_count == 0)
        return true;
    uint8_t *found = BTL_NEW_ARRAY(arena, uint8_t, info->export_count);
    if (found == NULL || !btl_names_init(&names, info->export_count, arena)) {
        btl_report(diags, BTL_NO_MEMORY, elf->place, BTL_ARG_Z("looking up the exports"));
        return false;
    }
    bool good = number_exports(elf, info, &names, diags);
    find_symbols(elf, &names, true, found, ret_symbols);
    if (!all_are_defined(&names, found)) // the others say why
        find_symbols(elf, &names, false, found, ret_symbols);
    return report_missing(elf, &names, found, diags) && good;
}

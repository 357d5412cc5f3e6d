// SPDX-License-Identifier: BSD-2-Clause
// Views on an ELF file that the gate has let through. Nothing is checked here.
#include <btl/elf.h>

#include <btl/mem.h>

struct btl_str btl_elf_section_name(const struct btl_elf *elf, uint32_t section)
{
    BTL_ASSERT(section < elf->section_count);
    return btl_str_of(elf->section_names.at + elf->sections[section].name);
}

struct btl_bytes btl_elf_section_bytes(const struct btl_elf *elf, uint32_t section)
{
    BTL_ASSERT(section < elf->section_count);
    const struct elf64_section *header = &elf->sections[section];
    if (header->type == ELF_SHT_NULL || header->type == ELF_SHT_NOBITS || header->size == 0)
        return (struct btl_bytes){elf->file.at, 0};
    return (struct btl_bytes){elf->file.at + header->offset, header->size};
}

struct btl_str btl_elf_symbol_name(const struct btl_elf *elf, uint32_t symbol)
{
    BTL_ASSERT(symbol < elf->symbol_count);
    return btl_str_of(elf->strings.at + elf->symbols[symbol].name);
}

uint32_t btl_elf_symbol_section(const struct btl_elf *elf, uint32_t symbol, uint16_t *ret_special)
{
    BTL_ASSERT(symbol < elf->symbol_count);
    uint16_t section = elf->symbols[symbol].section;
    *ret_special = 0;
    if (section < ELF_SHN_LORESERVE)
        return section;
    if (section == ELF_SHN_XINDEX)
        return elf->extended_sections[symbol];
    *ret_special = section;
    return 0;
}

// Is there, at this place of a string table, text that begins with `name`? Tells nearly all names
// from another without measuring them.
static bool elf_string_begins(struct btl_str strings, uint32_t at, struct btl_str name)
{
    return btl_in_range(at, name.len, strings.len) &&
           memcmp(strings.at + at, name.at, name.len) == 0;
}

uint32_t btl_elf_find_section(const struct btl_elf *elf, struct btl_str name)
{
    for (uint32_t i = 1; i < elf->section_count; i++) {
        if (elf_string_begins(elf->section_names, elf->sections[i].name, name) &&
            btl_str_equal(btl_elf_section_name(elf, i), name))
            return i;
    }
    return BTL_NONE;
}

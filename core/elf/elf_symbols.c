// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: the symbol table, and its table of extended section indices.
#include "elf_gate.h"
#include <btl/mem.h>

// Find the one symbol table. Fill in gate->symtab; 0 when a kernel has none.
static bool find_symtab(struct elf_gate *gate)
{
    bool good = true;
    for (uint32_t i = 1; i < gate->elf.section_count; i++) {
        if (gate->elf.sections[i].type != ELF_SHT_SYMTAB)
            continue;
        if (gate->symtab == 0) {
            gate->symtab = i;
            continue;
        }
        elf_report(gate, BTL_ELF_SYMTAB_TWICE, BTL_DEC(gate->symtab), BTL_DEC(i));
        good = false;
    }
    // Without a section table that has been reported already.
    if (gate->symtab == 0 && gate->kind == BTL_ELF_MODULE && gate->elf.section_count != 0) {
        elf_report(gate, BTL_ELF_NO_SYMTAB);
        return false;
    }
    return good;
}

// Check size, alignment and place of the symbol table. Fill in symbols and symbol_count.
static bool check_symtab(struct elf_gate *gate)
{
    const struct elf64_section *section = &gate->elf.sections[gate->symtab];
    const size_t entry = sizeof(struct elf64_symbol);
    bool good = elf_section_inside(gate, gate->symtab);
    if (section->entsize != entry || section->size == 0 || section->size % entry != 0) {
        elf_report(gate, BTL_ELF_SYMTAB_ENTSIZE, BTL_DEC(gate->symtab), BTL_DEC(section->size),
                   BTL_DEC(section->entsize), BTL_DEC(entry));
        good = false;
    }
    if (section->offset % _Alignof(struct elf64_symbol) != 0) {
        elf_report(gate, BTL_ELF_SYMTAB_MISALIGNED, BTL_DEC(gate->symtab),
                   BTL_DEC(section->offset));
        good = false;
    }
    if (!good)
        return false;
    gate->elf.symbols =
        (const struct elf64_symbol *)(const void *)(gate->elf.file.at + section->offset);
    gate->elf.symbol_count = (uint32_t)(section->size / entry); // below BTL_ELF_FILE_MAX / 24
    return true;
}

// Check the string table of the symbols. Fill in strings.
static bool check_symbol_strings(struct elf_gate *gate)
{
    uint32_t table = gate->elf.sections[gate->symtab].link;
    if (table < gate->elf.section_count)
        return elf_check_strings(gate, table, &gate->elf.strings);
    elf_report(gate, BTL_ELF_SYMTAB_STRINGS, BTL_DEC(gate->symtab), BTL_DEC(table),
               BTL_DEC(gate->elf.section_count));
    return false;
}

// Check a table of extended section indices: one aligned entry of 4 bytes per symbol. Fill in
// extended_sections.
static bool check_shndx(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_section *section = &gate->elf.sections[index];
    bool good = elf_section_inside(gate, index);
    if (section->entsize != sizeof(uint32_t) ||
        section->size != (uint64_t)gate->elf.symbol_count * sizeof(uint32_t)) {
        elf_report(gate, BTL_ELF_SHNDX_SIZE, BTL_DEC(index), BTL_DEC(section->size),
                   BTL_DEC(section->entsize), BTL_DEC(gate->elf.symbol_count));
        good = false;
    }
    if (section->offset % _Alignof(uint32_t) != 0) {
        elf_report(gate, BTL_ELF_SHNDX_MISALIGNED, BTL_DEC(index), BTL_DEC(section->offset));
        good = false;
    }
    if (good)
        gate->elf.extended_sections =
            (const uint32_t *)(const void *)(gate->elf.file.at + section->offset);
    return good;
}

// Find and check the table of extended section indices of the symbol table, if there is one.
static bool find_shndx(struct elf_gate *gate)
{
    bool good = true;
    uint32_t found = 0;
    for (uint32_t i = 1; i < gate->elf.section_count; i++) {
        const struct elf64_section *section = &gate->elf.sections[i];
        if (section->type != ELF_SHT_SYMTAB_SHNDX || section->link != gate->symtab)
            continue;
        if (found != 0) {
            elf_report(gate, BTL_ELF_SHNDX_TWICE, BTL_DEC(found), BTL_DEC(i));
            good = false;
            continue;
        }
        found = i;
        good = check_shndx(gate, i) && good;
    }
    return good;
}

// For messages alone: to measure every name would cost more than all other checks of symbols.
static struct btl_arg elf_name_arg(const struct elf_gate *gate, uint32_t index)
{
    if (gate->elf.symbols[index].name >= gate->elf.strings.len)
        return BTL_ARG_Z("");
    return BTL_ARG(btl_elf_symbol_name(&gate->elf, index));
}

// Check that the section of a symbol exists, and in an ET_REL file that its value lies in it.
static bool check_place(struct elf_gate *gate, uint32_t index, uint32_t section)
{
    const struct elf64_symbol *symbol = &gate->elf.symbols[index];
    if (section >= gate->elf.section_count) {
        elf_report(gate, BTL_ELF_SYMBOL_SECTION, BTL_DEC(index), elf_name_arg(gate, index),
                   BTL_DEC(section), BTL_DEC(gate->elf.section_count));
        return false;
    }
    if (gate->kind == BTL_ELF_MODULE && section != ELF_SHN_UNDEF &&
        symbol->value > gate->elf.sections[section].size) {
        elf_report(gate, BTL_ELF_SYMBOL_VALUE, BTL_DEC(index), elf_name_arg(gate, index),
                   BTL_HEX(symbol->value), BTL_HEX(gate->elf.sections[section].size),
                   BTL_DEC(section), BTL_ARG(elf_name_if_known(gate, section)));
        return false;
    }
    return true;
}

// Find the section of a symbol, among the extended indices where it says so, and check it.
static bool check_symbol_section(struct elf_gate *gate, uint32_t index)
{
    uint16_t section = gate->elf.symbols[index].section;
    if (section == ELF_SHN_ABS || section == ELF_SHN_COMMON)
        return true;
    if (section < ELF_SHN_LORESERVE)
        return check_place(gate, index, section);
    if (section != ELF_SHN_XINDEX) {
        elf_report(gate, BTL_ELF_SYMBOL_RESERVED, BTL_DEC(index), elf_name_arg(gate, index),
                   BTL_HEX(section));
        return false;
    }
    if (gate->elf.extended_sections == NULL) {
        elf_report(gate, BTL_ELF_SYMBOL_NO_SHNDX, BTL_DEC(index), elf_name_arg(gate, index));
        return false;
    }
    return check_place(gate, index, gate->elf.extended_sections[index]);
}

// Check name, section and value of one symbol.
static bool check_symbol(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_symbol *symbol = &gate->elf.symbols[index];
    bool named = symbol->name < gate->elf.strings.len;
    if (!named)
        elf_report(gate, BTL_ELF_SYMBOL_NAME, BTL_DEC(index), BTL_DEC(symbol->name),
                   BTL_DEC(gate->elf.strings.len));
    return check_symbol_section(gate, index) && named;
}

static bool check_null_symbol(struct elf_gate *gate)
{
    static const struct elf64_symbol null;
    if (memcmp(&gate->elf.symbols[0], &null, sizeof(null)) == 0)
        return true;
    elf_report(gate, BTL_ELF_SYMTAB_FIRST, BTL_DEC(gate->symtab));
    return false;
}

bool elf_check_symbols(struct elf_gate *gate)
{
    bool good = find_symtab(gate);
    if (gate->symtab == 0)
        return good;
    // Both are looked at even if one is bad; the symbols only with both.
    bool table = check_symtab(gate);
    bool strings = check_symbol_strings(gate);
    if (!table || !strings || !find_shndx(gate))
        return false;
    good = check_null_symbol(gate) && good;
    for (uint32_t i = 1; i < gate->elf.symbol_count; i++)
        good = check_symbol(gate, i) && good;
    return good;
}

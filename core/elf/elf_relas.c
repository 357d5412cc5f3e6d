// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: relocation sections, and sections that look like one and are none. The linker would
// ignore those, and the code would run without its relocations.
#include "elf_gate.h"

static bool is_section(const struct elf_gate *gate, uint32_t index)
{
    return index != 0 && index < gate->elf.section_count &&
           gate->elf.sections[index].type != ELF_SHT_NULL;
}

// Every assembler and linker names relocations ".rela" and the name of their section. Another name
// says nothing.
static bool is_named_for(struct btl_str name, struct btl_str target)
{
    const struct btl_str prefix = BTL_STR(".rela");
    return !btl_str_begins(name, prefix) || btl_str_equal(btl_str_after(name, prefix.len), target);
}

// Check that the relocations are for a section, for the one that their name says.
static void check_rela_target(struct elf_gate *gate, uint32_t index)
{
    uint32_t target = gate->elf.sections[index].info;
    struct btl_str name = elf_name_if_known(gate, index);
    if (!is_section(gate, target))
        elf_report(gate, BTL_ELF_RELA_TARGET, BTL_DEC(index), BTL_ARG(name), BTL_DEC(target));
    else if (!is_named_for(name, elf_name_if_known(gate, target)))
        elf_report(gate, BTL_ELF_RELA_NAME, BTL_DEC(index), BTL_ARG(name), BTL_DEC(target),
                   BTL_ARG(elf_name_if_known(gate, target)));
}

// Check one relocation section: its entries, its symbol table, the section that it is for.
static bool check_rela(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_section *rela = &gate->elf.sections[index];
    const struct btl_arg number = BTL_DEC(index);
    const struct btl_arg name = BTL_ARG(elf_name_if_known(gate, index));
    const size_t entry = sizeof(struct elf64_rela);
    uint32_t before = gate->diags->errors;
    if (rela->entsize != entry || rela->size % entry != 0)
        elf_report(gate, BTL_ELF_RELA_ENTSIZE, number, name, BTL_DEC(rela->size),
                   BTL_DEC(rela->entsize), BTL_DEC(entry));
    if (rela->size != 0 && rela->offset % _Alignof(struct elf64_rela) != 0)
        elf_report(gate, BTL_ELF_RELA_MISALIGNED, number, name, BTL_DEC(rela->offset));
    if (gate->symtab != 0 && rela->link != gate->symtab)
        elf_report(gate, BTL_ELF_RELA_LINK, number, name, BTL_DEC(rela->link),
                   BTL_DEC(gate->symtab));
    check_rela_target(gate, index);
    return gate->diags->errors == before;
}

// Relocations alone have an entry of that size, or the flag, with the symbol table and a loaded
// section. (A group has the symbol table and the number of a symbol.)
static bool looks_like_rela(const struct elf_gate *gate, const struct elf64_section *section)
{
    return gate->symtab != 0 && section->link == gate->symtab && section->size != 0 &&
           (section->entsize == sizeof(struct elf64_rela) ||
            (section->flags & ELF_SHF_INFO_LINK)) &&
           is_section(gate, section->info) && btl_elf_section_loaded(&gate->elf, section->info);
}

static bool check_not_rela(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_section *section = &gate->elf.sections[index];
    // The linker refuses SHT_REL by itself where it matters.
    if (section->type == ELF_SHT_REL || !looks_like_rela(gate, section))
        return true;
    elf_report(gate, BTL_ELF_RELA_TYPE, BTL_DEC(index), BTL_ARG(elf_name_if_known(gate, index)),
               BTL_HEX(section->type), BTL_DEC(section->info),
               BTL_ARG(elf_name_if_known(gate, section->info)));
    return false;
}

bool elf_check_relas(struct elf_gate *gate)
{
    bool good = true;
    if (gate->kind != BTL_ELF_MODULE)
        return true;
    for (uint32_t i = 1; i < gate->elf.section_count; i++) {
        bool is_rela = gate->elf.sections[i].type == ELF_SHT_RELA;
        good = (is_rela ? check_rela(gate, i) : check_not_rela(gate, i)) && good;
    }
    return good;
}

// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: the types that sections of a module may have. The linker ignores a section that it
// does not know, so a section may be unknown only if ignoring it cannot change the image.
#include "elf_gate.h"

// Types of the gABI that stand for a table of the linker, or for nothing.
static bool is_table_type(uint32_t type)
{
    return type == ELF_SHT_SYMTAB || type == ELF_SHT_STRTAB || type == ELF_SHT_RELA ||
           type == ELF_SHT_REL || type == ELF_SHT_GROUP || type == ELF_SHT_SYMTAB_SHNDX;
}

// Types whose sections are copied, or cleared, when they are loaded.
static bool is_loadable_type(uint32_t type)
{
    return type == ELF_SHT_PROGBITS || type == ELF_SHT_NOTE || type == ELF_SHT_NOBITS ||
           type == ELF_SHT_INIT_ARRAY || type == ELF_SHT_FINI_ARRAY ||
           type == ELF_SHT_PREINIT_ARRAY || type == ELF_SHT_UNWIND;
}

// NULL: the section may have its type.
static const char *section_type_problem(const struct elf64_section *section)
{
    if (section->type == ELF_SHT_NULL)
        return section->size == 0 ? NULL : "a section with contents";
    if (is_loadable_type(section->type))
        return NULL;
    if (section->flags & ELF_SHF_ALLOC)
        return "a loaded section";
    // Above: types for other programs, such as the compiler's notes for its linker.
    return is_table_type(section->type) || section->type >= ELF_SHT_LOOS ? NULL
                                                                         : "a section of a module";
}

// Section 0 stands for no section. With extended numbering its size, link and info are counts.
static bool check_first_section(struct elf_gate *gate)
{
    const struct elf64_section *first = &gate->elf.sections[0];
    if (first->type == ELF_SHT_NULL && first->flags == 0)
        return true;
    elf_report(gate, BTL_ELF_SECTION_FIRST, BTL_DEC(first->type), BTL_HEX(first->flags));
    return false;
}

// Compressed contents are another table than the one that the linker would read.
static bool check_compressed_table(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_section *section = &gate->elf.sections[index];
    if (!is_table_type(section->type) || !(section->flags & ELF_SHF_COMPRESSED))
        return true;
    elf_report(gate, BTL_ELF_SECTION_COMPRESSED, BTL_DEC(index),
               BTL_ARG(elf_name_if_known(gate, index)));
    return false;
}

bool elf_check_section_type(struct elf_gate *gate, uint32_t index)
{
    if (index == 0)
        return check_first_section(gate);
    const struct elf64_section *section = &gate->elf.sections[index];
    const char *problem = section_type_problem(section);
    if (problem == NULL)
        return check_compressed_table(gate, index);
    elf_report(gate, BTL_ELF_SECTION_TYPE, BTL_DEC(index), BTL_ARG(elf_name_if_known(gate, index)),
               BTL_HEX(section->type), BTL_ARG_Z(problem));
    return false;
}

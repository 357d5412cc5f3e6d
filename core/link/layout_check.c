// SPDX-License-Identifier: BSD-2-Clause
// Check that a valid ELF file can be loaded as a module.
#include "layout.h"

#define STT_GNU_IFUNC 10 // a function that returns the address of the function to call

// Does the section hold functions, or pointers to functions, that a C library calls before and
// after a program? Nothing calls them in a module. Old compilers and assembler files write tables
// of plain type, and some append a priority to the name.
static bool is_constructor_section(const struct elf64_section *section, struct btl_str name)
{
    static const struct btl_str tables[] = {BTL_STR(".ctors"), BTL_STR(".dtors"),
                                            BTL_STR(".init_array"), BTL_STR(".fini_array"),
                                            BTL_STR(".preinit_array")};
    if (section->size == 0)
        return false;
    if (section->type == ELF_SHT_INIT_ARRAY || section->type == ELF_SHT_FINI_ARRAY ||
        section->type == ELF_SHT_PREINIT_ARRAY)
        return true;
    for (size_t i = 0; i < BTL_COUNT(tables); i++) {
        if (btl_str_begins(name, tables[i]) &&
            (name.len == tables[i].len || name.at[tables[i].len] == '.'))
            return true;
    }
    return btl_str_equal(name, BTL_STR(".init")) || btl_str_equal(name, BTL_STR(".fini"));
}

static bool layout_check_section(const struct btl_elf *elf, uint32_t index, struct btl_diags *diags)
{
    const struct elf64_section *section = &elf->sections[index];
    struct btl_str text = btl_elf_section_name(elf, index);
    struct btl_arg name = BTL_ARG(text);
    uint32_t errors = diags->errors;
    if (is_constructor_section(section, text))
        btl_report(diags, BTL_LINK_CONSTRUCTOR, elf->place, name);
    if ((section->flags & ELF_SHF_WRITE) && (section->flags & ELF_SHF_EXECINSTR))
        btl_report(diags, BTL_LINK_WRITE_EXEC, elf->place, name);
    if (section->flags & ELF_SHF_TLS)
        btl_report(diags, BTL_LINK_TLS_SECTION, elf->place, name);
    if (section->flags & ELF_SHF_COMPRESSED)
        btl_report(diags, BTL_LINK_COMPRESSED_SECTION, elf->place, name);
    return diags->errors == errors;
}

// Relocations of sections that are not loaded (debugging information) are ignored.
static bool layout_check_relocations(const struct btl_image *image, uint32_t index,
                                     struct btl_diags *diags)
{
    const struct btl_elf *elf = image->elf;
    const struct elf64_section *section = &elf->sections[index];
    uint32_t target = section->info;
    if (section->type != ELF_SHT_REL && section->type != ELF_SHT_RELA)
        return true;
    // btl_elf_open() has checked the targets of SHT_RELA sections only. Section 0 is none.
    if (target != 0 && target < elf->section_count &&
        image->section_offset[target] == BTL_NO_OFFSET)
        return true;
    struct btl_arg name = BTL_ARG(btl_elf_section_name(elf, index));
    if (section->type == ELF_SHT_REL) {
        btl_report(diags, BTL_LINK_REL_SECTION, elf->place, name);
        return false;
    }
    if (elf->sections[target].type == ELF_SHT_NOBITS && section->size != 0) {
        btl_report(diags, BTL_LINK_RELOC_NOBITS, elf->place, name,
                   BTL_ARG(btl_elf_section_name(elf, target)));
        return false;
    }
    return true;
}

static bool layout_check_sections(const struct btl_image *image, struct btl_diags *diags)
{
    bool good = true;
    for (uint32_t i = 0; i < image->elf->section_count; i++) {
        if (image->section_offset[i] != BTL_NO_OFFSET)
            good &= layout_check_section(image->elf, i, diags);
        good &= layout_check_relocations(image, i, diags);
    }
    return good;
}

static bool layout_check_symbol(const struct btl_elf *elf, uint32_t index, struct btl_diags *diags)
{
    const struct elf64_symbol *symbol = &elf->symbols[index];
    uint32_t type = ELF64_SYMBOL_TYPE(symbol->info);
    uint16_t special;
    btl_elf_symbol_section(elf, index, &special);
    enum btl_code code;
    if (type == ELF_STT_TLS)
        code = BTL_LINK_TLS_SYMBOL;
    else if (type == STT_GNU_IFUNC)
        code = BTL_LINK_IFUNC;
    else if (special == ELF_SHN_COMMON && symbol->value != 0 &&
             (!btl_is_power_of_two(symbol->value) || symbol->value > BTL_ELF_ALIGN_MAX))
        code = BTL_LINK_COMMON_ALIGN;
    else
        return true;
    btl_report(diags, code, elf->place, BTL_ARG(btl_elf_symbol_name(elf, index)),
               BTL_HEX(symbol->value), BTL_SIZE(BTL_ELF_ALIGN_MAX));
    return false;
}

bool btl_layout_check(const struct btl_image *image, struct btl_diags *diags)
{
    bool good = layout_check_sections(image, diags);
    for (uint32_t i = 1; i < image->elf->symbol_count; i++)
        good &= layout_check_symbol(image->elf, i, diags);
    return good;
}

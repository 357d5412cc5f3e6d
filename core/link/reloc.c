// SPDX-License-Identifier: BSD-2-Clause
// The part of relocation that all machines share: find the entries, limit the memory that they can
// change, and report errors.
#include "reloc_port.h"

static struct btl_window section_window(const struct btl_image *image, uint32_t section)
{
    uint64_t offset = image->section_offset[section];
    return (struct btl_window){
        .memory = image->memory != NULL ? image->memory + offset : NULL,
        .size = image->elf->sections[section].size,
        .address = image->base + offset,
    };
}

bool btl_rela_next(const struct btl_image *image, uint32_t *cursor, struct btl_rela *ret_rela)
{
    const struct btl_elf *elf = image->elf;
    while (*cursor < elf->section_count) {
        uint32_t index = (*cursor)++;
        const struct elf64_section *section = &elf->sections[index];
        if (section->type != ELF_SHT_RELA || image->section_offset[section->info] == BTL_NO_OFFSET)
            continue;
        struct btl_bytes bytes = btl_elf_section_bytes(elf, index);
        *ret_rela = (struct btl_rela){
            .target = section->info,
            .entries = (const void *)bytes.at,
            .count = bytes.size / sizeof(struct elf64_rela),
            .window = section_window(image, section->info),
        };
        return true;
    }
    return false;
}

struct btl_window btl_got_window(const struct btl_image *image)
{
    return (struct btl_window){
        .memory = image->memory != NULL ? image->memory + image->got_offset : NULL,
        .size = (uint64_t)image->got_count * sizeof(uint64_t),
        .address = image->base + image->got_offset,
    };
}

bool btl_symbol_loaded(const struct btl_image *image, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    return section == ELF_SHN_UNDEF || image->section_offset[section] != BTL_NO_OFFSET;
}

uint64_t btl_text_bound(const struct btl_image *image)
{
    uint64_t bound = 0;
    for (uint32_t i = 0; i < image->elf->section_count; i++) {
        const struct elf64_section *section = &image->elf->sections[i];
        if (image->section_offset[i] == BTL_NO_OFFSET || !(section->flags & ELF_SHF_EXECINSTR))
            continue;
        if (!btl_add(bound, section->size, &bound) || !btl_add(bound, section->align, &bound))
            return UINT64_MAX;
    }
    return bound;
}

bool btl_branch_may_be_far(const struct btl_image *image, const struct btl_rela *rela,
                           uint32_t symbol, uint64_t text_bound, uint64_t reach)
{
    const struct elf64_section *sections = image->elf->sections;
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    uint64_t span = section == rela->target ? sections[section].size : text_bound;
    return span >= reach || !(sections[section].flags & ELF_SHF_EXECINSTR) ||
           !(sections[rela->target].flags & ELF_SHF_EXECINSTR);
}

// Return a symbol's name for messages. A section symbol has the name of its section.
static struct btl_arg symbol_arg(const struct btl_elf *elf, uint32_t symbol)
{
    if (symbol >= elf->symbol_count)
        return BTL_DEC(symbol);
    struct btl_str name = btl_elf_symbol_name(elf, symbol);
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(elf, symbol, &special);
    if (name.len == 0 && section != ELF_SHN_UNDEF)
        name = btl_elf_section_name(elf, section);
    return name.len == 0 ? BTL_DEC(symbol) : BTL_ARG(name);
}

bool btl_reloc_report(const struct btl_image *image, const struct btl_rela *rela,
                      const struct elf64_rela *entry, enum btl_code code, struct btl_arg type,
                      uint64_t value, const char *field, struct btl_diags *diags)
{
    const struct btl_elf *elf = image->elf;
    btl_report(diags, code, elf->place, type, BTL_ARG(btl_elf_section_name(elf, rela->target)),
               BTL_HEX(entry->offset), symbol_arg(elf, ELF64_RELA_SYMBOL(entry->info)),
               BTL_HEX(value), BTL_ARG_Z(field));
    return false;
}

const struct btl_reloc_type *btl_reloc_type_find(const struct btl_relocator *machine,
                                                 uint32_t number)
{
    for (uint32_t i = 0; i < machine->run_count; i++) {
        const struct btl_reloc_run *run = &machine->runs[i];
        uint32_t row = number - run->first;
        if (number >= run->first && row < run->count)
            return run->types[row].formula != BTL_RELOC_UNKNOWN ? &run->types[row] : NULL;
    }
    return NULL;
}

const struct btl_reloc_type *btl_reloc_check(const struct btl_image *image,
                                             const struct btl_rela *rela,
                                             const struct elf64_rela *entry,
                                             struct btl_diags *diags)
{
    const struct btl_relocator *machine = image->machine;
    uint32_t number = ELF64_RELA_TYPE(entry->info);
    const struct btl_reloc_type *type = btl_reloc_type_find(machine, number);
    enum btl_code code;
    if (type == NULL) {
        btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_UNKNOWN, BTL_DEC(number), 0, "", diags);
        return NULL;
    }
    if (ELF64_RELA_SYMBOL(entry->info) >= image->elf->symbol_count)
        code = BTL_LINK_RELOC_SYMBOL;
    else if (type->formula == BTL_RELOC_REFUSED)
        code = BTL_LINK_RELOC_UNSUPPORTED;
    else
        return type;
    btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), 0, "", diags);
    return NULL;
}

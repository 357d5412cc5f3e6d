// SPDX-License-Identifier: BSD-2-Clause
// Check the relocations of ia64, and count the GOT entries, function descriptors and stubs that
// they need.
#include "reloc_ia64.h"

// The result of a check that finds no error.
#define SOUND BTL_CODES

static bool ia64_slot_fits(const struct btl_image *image, const struct btl_rela *rela,
                           uint64_t offset, enum ia64_field field)
{
    struct btl_bytes bytes = btl_elf_section_bytes(image->elf, rela->target);
    return image->elf->sections[rela->target].align % IA64_BUNDLE_SIZE == 0 &&
           ia64_slot_takes(bytes.at + (offset & ~IA64_SLOT_MASK), offset & IA64_SLOT_MASK, field);
}

// Check that the formula can be computed for the symbol.
static enum btl_code ia64_check_symbol(const struct btl_image *image, enum ia64_formula formula,
                                       uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    if (formula == IA64_FORMULA_S_A_SECTION && section == ELF_SHN_UNDEF)
        return BTL_LINK_RELOC_NO_SECTION;
    if ((formula == IA64_FORMULA_FPTR || formula == IA64_FORMULA_GOT_FPTR_GP) &&
        special == ELF_SHN_COMMON)
        return BTL_LINK_RELOC_NO_FUNCTION;
    return SOUND;
}

static enum btl_code ia64_check_place(const struct btl_image *image, const struct btl_rela *rela,
                                      const struct elf64_rela *entry,
                                      const struct btl_reloc_type *type)
{
    uint64_t start, size = ia64_reloc_extent(type, entry->offset, &start);
    if (!btl_in_range(start, size, rela->window.size))
        return BTL_LINK_RELOC_OUTSIDE;
    if (type->field >= IA64_FIELD_INSTRUCTION &&
        !ia64_slot_fits(image, rela, entry->offset, type->field - IA64_FIELD_INSTRUCTION))
        return BTL_LINK_RELOC_SLOT;
    return ia64_check_symbol(image, type->formula, ELF64_RELA_SYMBOL(entry->info));
}

// Check one entry. Later only the bounds of the store are checked again.
static bool ia64_check_entry(const struct btl_image *image, const struct btl_rela *rela,
                             const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = btl_reloc_check(image, rela, entry, diags);
    if (type == NULL)
        return false;
    enum btl_code code = ia64_check_place(image, rela, entry, type);
    return code == SOUND || btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), 0,
                                             ia64_reloc_field_text(type->field), diags);
}

// State of the count.
struct counter {
    struct btl_image *image;
    uint64_t text; // btl_text_bound()
};

#define BRANCH21_REACH (16u << 20)

// Count the linkage that the entry needs. False: no memory.
static bool ia64_count_entry(void *counter, const struct btl_rela *rela,
                             const struct elf64_rela *entry)
{
    const struct counter *c = counter;
    const struct btl_reloc_type *type = &ia64_reloc_types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    switch (type->formula) {
    case IA64_FORMULA_GOT_GP:
        return ia64_count_got(c->image, symbol, addend);
    case IA64_FORMULA_FPTR:
        return ia64_count_descriptor(c->image, symbol, addend);
    case IA64_FORMULA_GOT_FPTR_GP:
        return ia64_count_got_descriptor(c->image, symbol, addend);
    case IA64_FORMULA_BRANCH:
        if (btl_symbol_imported(c->image->elf, symbol))
            return ia64_count_import_stub(c->image, symbol);
        return type->field == IA64_FIELD_BRANCH60 ||
               !btl_branch_may_be_far(c->image, rela, symbol, c->text, BRANCH21_REACH) ||
               ia64_count_far_stub(c->image, symbol, addend);
    default:
        return true;
    }
}

static bool ia64_count_exports(struct btl_image *image)
{
    for (uint32_t i = 1; i < image->elf->symbol_count; i++)
        if (ia64_is_export(image->elf, i) && !ia64_count_descriptor(image, i, 0))
            return false;
    return true;
}

bool ia64_reloc_count(struct btl_image *image, struct btl_diags *diags)
{
    struct btl_linkage *linkage = ia64_linkage_new(image->arena);
    struct counter counter = {.image = image, .text = btl_text_bound(image)};
    bool good = true;
    image->machine_data = linkage;
    if (linkage == NULL ||
        !btl_reloc_count(image, ia64_check_entry, ia64_count_entry, &counter, &good, diags) ||
        !ia64_count_exports(image)) {
        btl_report(diags, BTL_NO_MEMORY, image->elf->place,
                   BTL_ARG_Z("counting GOT entries, function descriptors and stubs"));
        return false;
    }
    uint64_t got_count = linkage->size[BTL_AREA_GOT] / IA64_GOT_ENTRY_SIZE;
    if (got_count > BTL_IA64_GOT_MAX) {
        btl_report(diags, BTL_LINK_GOT_FULL, image->elf->place, BTL_DEC(got_count),
                   BTL_DEC(BTL_IA64_GOT_MAX));
        return false;
    }
    btl_linkage_reserve(image);
    return good;
}

// SPDX-License-Identifier: BSD-2-Clause
// Relocations of ia64 (Intel Itanium Processor-specific ABI, chapter 4.3): every type that gcc
// emits for freestanding code, and those of hand-written code for a kernel. Little-endian. No
// instruction is rewritten: LTOFF22X uses the GOT like LTOFF22, and LDXMOV stays a load.
//
// tests/unit/link/test_reloc_ia64.c tests each row at its limits and one beyond; tests/oracle/
// compares every applied type with GNU ld. docs/ia64.md says which test covers which type.
#include "reloc_ia64.h"

// Return the distance from the bundle at `bundle` to the target, or to a stub if one was counted.
static uint64_t ia64_branch_distance(const struct btl_image *image,
                                     const struct btl_reloc_type *type,
                                     const struct elf64_rela *entry, uint64_t bundle)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    if (btl_symbol_imported(image->elf, symbol))
        return ia64_import_stub(image, symbol) - bundle;
    uint64_t distance = image->value[symbol] + addend - bundle;
    if (ia64_field_fits(type->field - IA64_FIELD_INSTRUCTION, distance) ||
        distance % IA64_BUNDLE_SIZE != 0)
        return distance;
    uint64_t stub = ia64_far_stub(image, symbol, addend);
    return stub != 0 ? stub - bundle : distance;
}

// All arithmetic is modulo 2^64, like the processor's. `place`: address of the field or its bundle.
static uint64_t ia64_evaluate(const struct btl_image *image, const struct btl_reloc_type *type,
                              const struct elf64_rela *entry, uint64_t place)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    switch (type->formula) {
    case IA64_FORMULA_S_A:
        return image->value[symbol] + addend;
    case IA64_FORMULA_S_A_P:
        return image->value[symbol] + addend - place;
    case IA64_FORMULA_S_A_GP:
        return image->value[symbol] + addend - ia64_gp(image);
    case IA64_FORMULA_S_A_SEGMENT:
        return image->value[symbol] + addend - image->base;
    case IA64_FORMULA_S_A_SECTION: // the value in the file is relative to the section
        return image->elf->symbols[symbol].value + addend;
    case IA64_FORMULA_GOT_GP:
        return ia64_got(image, symbol, addend) - ia64_gp(image);
    case IA64_FORMULA_FPTR:
        return ia64_descriptor(image, symbol, addend);
    case IA64_FORMULA_GOT_FPTR_GP:
        return ia64_got_descriptor(image, symbol, addend) - ia64_gp(image);
    case IA64_FORMULA_BRANCH:
        return ia64_branch_distance(image, type, entry, place);
    default:
        return 0;
    }
}

// Does the entry need the entry point, or an address inside, of a function of another image? Only
// the address of the descriptor is known. An absent weak function is 0 in every formula.
static bool ia64_needs_foreign_entry(const struct btl_image *image, enum ia64_formula formula,
                                     const struct elf64_rela *entry)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (!btl_symbol_imported(image->elf, symbol))
        return false;
    if (formula == IA64_FORMULA_FPTR || formula == IA64_FORMULA_GOT_FPTR_GP ||
        formula == IA64_FORMULA_BRANCH)
        return entry->addend != 0;
    return ELF64_SYMBOL_TYPE(image->elf->symbols[symbol].info) == ELF_STT_FUNC &&
           image->value[symbol] != 0;
}

static bool ia64_reloc_fits(unsigned field, uint64_t value)
{
    return field >= IA64_FIELD_INSTRUCTION ? ia64_field_fits(field - IA64_FIELD_INSTRUCTION, value)
                                           : btl_word_fits(field, value);
}

static bool ia64_reloc_store(const struct btl_window *window, uint64_t offset, unsigned field,
                             uint64_t value)
{
    if (field < IA64_FIELD_INSTRUCTION)
        return btl_word_store(window, offset, field, value);
    uint8_t *bundle = btl_window_bytes(window, offset & ~IA64_SLOT_MASK, IA64_BUNDLE_SIZE);
    if (bundle == NULL || (offset & IA64_SLOT_MASK) > 2)
        return false;
    ia64_bundle_patch(bundle, offset & IA64_SLOT_MASK, field - IA64_FIELD_INSTRUCTION, value);
    return true;
}

static bool ia64_apply(const struct btl_image *image, const struct btl_rela *rela,
                       const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = &ia64_reloc_types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (type->formula == IA64_FORMULA_NOTHING)
        return true;
    uint64_t start;
    ia64_reloc_extent(type, entry->offset, &start);
    uint64_t value = ia64_evaluate(image, type, entry, rela->window.address + start);
    enum btl_code code;
    if (image->value[symbol] == BTL_UNLOADED_VALUE && !btl_symbol_loaded(image, symbol) &&
        type->formula != IA64_FORMULA_S_A_SECTION)
        code = BTL_LINK_RELOC_UNLOADED;
    else if (ia64_needs_foreign_entry(image, type->formula, entry))
        code = BTL_LINK_RELOC_IMPORT;
    else if (!ia64_reloc_fits(type->field, value))
        code = BTL_LINK_RELOC_OVERFLOW;
    else if (!ia64_reloc_store(&rela->window, entry->offset, type->field, value))
        code = BTL_LINK_RELOC_OUTSIDE;
    else
        return true;
    return btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), value,
                            ia64_reloc_field_text(type->field), diags);
}

static bool ia64_relocate(struct btl_image *image, struct btl_diags *diags)
{
    ia64_write_entries(image);
    return btl_reloc_apply(image, ia64_apply, diags);
}

// The exported value of a function is the address of its descriptor.
static uint64_t ia64_export_value(const struct btl_image *image, uint32_t symbol)
{
    uint64_t descriptor =
        ia64_is_export(image->elf, symbol) ? ia64_own_descriptor(image, symbol, 0) : 0;
    return descriptor != 0 ? descriptor : btl_symbol_address(image, symbol);
}

static const struct btl_reloc_run run = {0, IA64_RELOC_TYPES, ia64_reloc_types};

const struct btl_relocator btl_relocator_ia64 = {
    .machine = ELF_MACHINE_IA64,
    .runs = &run,
    .run_count = 1,
    .short_flags = ELF_SHF_IA64_SHORT,
    .function_descriptors = true,
    .count = ia64_reloc_count,
    .relocate = ia64_relocate,
    .export_value = ia64_export_value,
};

// SPDX-License-Identifier: BSD-2-Clause
// Relocations of aarch64: every type that gcc and clang emit for freestanding code, with
// -mcmodel=tiny, =small or =large, -fno-pic, -fpic or -fPIC, and those of hand-written code for a
// kernel. Little-endian. No instruction is rewritten, except movz to movn by a signed MOVW field.
//
// tests/unit/link/test_reloc_aarch64.c tests each row at its limits and one beyond; tests/oracle/
// compares every applied type with GNU ld. docs/aarch64.md says which test covers which type.
#include "reloc_aarch64.h"

#define BRANCH26_REACH (128u << 20)

// The result of a check that finds no error.
#define SOUND BTL_CODES

// State of the count.
struct counter {
    struct btl_image *image;
    uint64_t text; // btl_text_bound()
};

static bool aarch64_is_instruction(const struct btl_image *image, const struct btl_rela *rela,
                                   uint64_t offset, enum aarch64_field field)
{
    uint32_t instruction;
    if (image->elf->sections[rela->target].align % AARCH64_INSTRUCTION_SIZE != 0 ||
        offset % AARCH64_INSTRUCTION_SIZE != 0)
        return false;
    __builtin_memcpy(&instruction, btl_elf_section_bytes(image->elf, rela->target).at + offset,
                     sizeof(instruction));
    return aarch64_field_in(field, instruction);
}

static enum btl_code aarch64_check_place(const struct btl_image *image, const struct btl_rela *rela,
                                         uint64_t offset, enum aarch64_field field)
{
    if (!btl_in_range(offset, aarch64_field_width(field), rela->window.size))
        return BTL_LINK_RELOC_OUTSIDE;
    if (field >= AARCH64_INSTRUCTIONS && !aarch64_is_instruction(image, rela, offset, field))
        return BTL_LINK_RELOC_SLOT;
    return SOUND;
}

// Check one entry. Later only the bounds of the store are checked again.
static bool aarch64_check_entry(const struct btl_image *image, const struct btl_rela *rela,
                                const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = btl_reloc_check(image, rela, entry, diags);
    if (type == NULL)
        return false;
    enum btl_code code = aarch64_check_place(image, rela, entry->offset, type->field);
    return code == SOUND || btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), 0,
                                             aarch64_field_text(type->field), diags);
}

// Count the linkage that the entry needs. False: no memory. Another image may be anywhere, so each
// function of another image that is called gets a veneer.
static bool aarch64_count_entry(void *counter, const struct btl_rela *rela,
                                const struct elf64_rela *entry)
{
    const struct counter *c = counter;
    const struct btl_reloc_type *type =
        btl_reloc_type_find(c->image->machine, ELF64_RELA_TYPE(entry->info));
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (type->formula >= AARCH64_FORMULA_GOT)
        return btl_linkage_add(c->image->machine_data, AARCH64_GOT_ADDRESS, symbol,
                               (uint64_t)entry->addend);
    if (type->formula == AARCH64_FORMULA_BRANCH &&
        (btl_symbol_imported(c->image->elf, symbol) ||
         btl_branch_may_be_far(c->image, rela, symbol, c->text, BRANCH26_REACH)))
        return btl_linkage_add(c->image->machine_data, AARCH64_VENEER, symbol,
                               (uint64_t)entry->addend);
    return true;
}

static bool aarch64_count(struct btl_image *image, struct btl_diags *diags)
{
    struct counter counter = {.image = image, .text = btl_text_bound(image)};
    bool good = true;
    image->machine_data = aarch64_linkage_new(image->arena);
    if (image->machine_data == NULL ||
        !btl_reloc_count(image, aarch64_check_entry, aarch64_count_entry, &counter, &good, diags)) {
        btl_report(diags, BTL_NO_MEMORY, image->elf->place,
                   BTL_ARG_Z("counting GOT entries and veneers"));
        return false;
    }
    btl_linkage_reserve(image);
    return good;
}

static uint64_t aarch64_page(uint64_t address)
{
    return address & ~0xfffull;
}

// Is the symbol weak, and defined nowhere? A relative reference then counts from its own place.
static bool aarch64_absent(const struct btl_image *image, uint32_t symbol)
{
    return image->value[symbol] == 0 && btl_symbol_imported(image->elf, symbol);
}

// Return the distance to the target, or to a veneer if one was counted. A branch to an absent weak
// function goes to the next instruction (psABI).
static uint64_t aarch64_branch_distance(const struct btl_image *image,
                                        const struct elf64_rela *entry, uint64_t place)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    uint64_t distance = image->value[symbol] + addend - place;
    if (aarch64_absent(image, symbol))
        return AARCH64_INSTRUCTION_SIZE;
    if (aarch64_field_fits(AARCH64_BRANCH26, distance) || distance % AARCH64_INSTRUCTION_SIZE != 0)
        return distance;
    uint64_t veneer = btl_linkage_address(image, AARCH64_VENEER, symbol, addend);
    return veneer != 0 ? veneer - place : distance;
}

static uint64_t aarch64_got(const struct btl_image *image, const struct elf64_rela *entry)
{
    return btl_linkage_address(image, AARCH64_GOT_ADDRESS, ELF64_RELA_SYMBOL(entry->info),
                               (uint64_t)entry->addend);
}

// All arithmetic is modulo 2^64, like the processor's.
static uint64_t aarch64_evaluate(const struct btl_image *image, enum aarch64_formula formula,
                                 const struct elf64_rela *entry, uint64_t place)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    uint64_t value = image->value[symbol];
    if ((formula == AARCH64_FORMULA_S_A_P || formula == AARCH64_FORMULA_PAGE) &&
        aarch64_absent(image, symbol))
        value = formula == AARCH64_FORMULA_PAGE ? aarch64_page(place) : place;
    switch (formula) {
    case AARCH64_FORMULA_S_A:
        return value + addend;
    case AARCH64_FORMULA_S_A_P:
        return value + addend - place;
    case AARCH64_FORMULA_PAGE:
        return aarch64_page(value + addend) - aarch64_page(place);
    case AARCH64_FORMULA_BRANCH:
        return aarch64_branch_distance(image, entry, place);
    case AARCH64_FORMULA_GOT:
        return aarch64_got(image, entry);
    case AARCH64_FORMULA_GOT_P:
        return aarch64_got(image, entry) - place;
    case AARCH64_FORMULA_GOT_PAGE:
        return aarch64_page(aarch64_got(image, entry)) - aarch64_page(place);
    case AARCH64_FORMULA_GOT_OFFSET:
        return aarch64_got(image, entry) - aarch64_page(image->base + image->got_offset);
    default:
        return 0;
    }
}

static bool aarch64_store(const struct btl_window *window, uint64_t offset,
                          enum aarch64_field field, uint64_t value)
{
    uint8_t *place = btl_window_bytes(window, offset, aarch64_field_width(field));
    if (place != NULL)
        aarch64_field_store(place, field, value);
    return place != NULL;
}

static bool aarch64_apply(const struct btl_image *image, const struct btl_rela *rela,
                          const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type =
        btl_reloc_type_find(image->machine, ELF64_RELA_TYPE(entry->info));
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    enum btl_code code;
    if (type->formula == AARCH64_FORMULA_NOTHING)
        return true;
    uint64_t value =
        aarch64_evaluate(image, type->formula, entry, rela->window.address + entry->offset);
    if (image->value[symbol] == BTL_UNLOADED_VALUE && !btl_symbol_loaded(image, symbol))
        code = BTL_LINK_RELOC_UNLOADED;
    else if (!aarch64_field_fits(type->field, value))
        code = BTL_LINK_RELOC_OVERFLOW;
    else if (!aarch64_store(&rela->window, entry->offset, type->field, value))
        code = BTL_LINK_RELOC_OUTSIDE;
    else
        return true;
    return btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), value,
                            aarch64_field_text(type->field), diags);
}

static bool aarch64_relocate(struct btl_image *image, struct btl_diags *diags)
{
    aarch64_write_entries(image);
    return btl_reloc_apply(image, aarch64_apply, diags);
}

const struct btl_relocator btl_relocator_aarch64 = {
    .machine = ELF_MACHINE_AARCH64,
    .runs = aarch64_runs,
    .run_count = AARCH64_RUNS,
    .count = aarch64_count,
    .relocate = aarch64_relocate,
};

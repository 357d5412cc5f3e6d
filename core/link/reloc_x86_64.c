// SPDX-License-Identifier: BSD-2-Clause
// Relocations of x86-64 (System V psABI, chapter 4.4): every type that gcc and clang emit for
// freestanding code, with -mcmodel=kernel or =large, -fno-pic, -fpic or -fPIC. No instruction is
// rewritten: GOTPCRELX uses the GOT like GOTPCREL.
//
// tests/unit/link/test_reloc_x86_64.c tests each row at its limits and one beyond; tests/oracle/
// compares every applied type with GNU ld.
#include "reloc_port.h"

// Formulas. S: symbol, A: addend, P: place, Z: size of the symbol, GOT: first entry of the GOT,
// G: offset of the symbol's entry in the GOT.
enum formula {
    REFUSED = BTL_RELOC_REFUSED,
    NOTHING = BTL_RELOC_NOTHING,
    S_A = BTL_RELOC_FORMULAS,
    S_A_P,
    S_A_GOT,
    Z_A,
    GOT_A_P,
    G_A, // this formula and the following need a GOT entry
    G_GOT_A_P,
};

enum field {
    NONE = BTL_WORD_NONE,
    WORD64 = BTL_WORD_64,
    WORD32 = BTL_WORD_32,
    SIGNED32 = BTL_WORD_SIGNED32
};

#define TYPE(number, name, formula, field) [number] = {"R_X86_64_" #name, formula, field}

// PLT32 and PLTOFF64 use the symbol itself, without a stub: a symbol out of reach is reported as an
// overflow.
static const struct btl_reloc_type types[] = {
    TYPE(0, NONE, NOTHING, NONE),
    TYPE(1, 64, S_A, WORD64),
    TYPE(2, PC32, S_A_P, SIGNED32),
    TYPE(3, GOT32, G_A, SIGNED32),
    TYPE(4, PLT32, S_A_P, SIGNED32),
    TYPE(5, COPY, REFUSED, NONE),
    TYPE(6, GLOB_DAT, REFUSED, NONE),
    TYPE(7, JUMP_SLOT, REFUSED, NONE),
    TYPE(8, RELATIVE, REFUSED, NONE),
    TYPE(9, GOTPCREL, G_GOT_A_P, SIGNED32),
    TYPE(10, 32, S_A, WORD32),
    TYPE(11, 32S, S_A, SIGNED32),
    TYPE(12, 16, REFUSED, NONE),
    TYPE(13, PC16, REFUSED, NONE),
    TYPE(14, 8, REFUSED, NONE),
    TYPE(15, PC8, REFUSED, NONE),
    TYPE(16, DTPMOD64, REFUSED, NONE),
    TYPE(17, DTPOFF64, REFUSED, NONE),
    TYPE(18, TPOFF64, REFUSED, NONE),
    TYPE(19, TLSGD, REFUSED, NONE),
    TYPE(20, TLSLD, REFUSED, NONE),
    TYPE(21, DTPOFF32, REFUSED, NONE),
    TYPE(22, GOTTPOFF, REFUSED, NONE),
    TYPE(23, TPOFF32, REFUSED, NONE),
    TYPE(24, PC64, S_A_P, WORD64),
    TYPE(25, GOTOFF64, S_A_GOT, WORD64),
    TYPE(26, GOTPC32, GOT_A_P, SIGNED32),
    TYPE(27, GOT64, G_A, WORD64),
    TYPE(28, GOTPCREL64, G_GOT_A_P, WORD64),
    TYPE(29, GOTPC64, GOT_A_P, WORD64),
    TYPE(30, GOTPLT64, G_A, WORD64),
    TYPE(31, PLTOFF64, S_A_GOT, WORD64),
    TYPE(32, SIZE32, Z_A, WORD32),
    TYPE(33, SIZE64, Z_A, WORD64),
    TYPE(34, GOTPC32_TLSDESC, REFUSED, NONE),
    TYPE(35, TLSDESC_CALL, REFUSED, NONE),
    TYPE(36, TLSDESC, REFUSED, NONE),
    TYPE(37, IRELATIVE, REFUSED, NONE),
    TYPE(38, RELATIVE64, REFUSED, NONE),
    TYPE(41, GOTPCRELX, G_GOT_A_P, SIGNED32),
    TYPE(42, REX_GOTPCRELX, G_GOT_A_P, SIGNED32),
};

// Give the symbol a GOT entry unless it has one. The table got_slot is made with the first entry:
// most modules need none.
static bool x86_64_count_got(struct btl_image *image, uint32_t symbol)
{
    if (image->got_slot == NULL)
        image->got_slot = BTL_NEW_ARRAY(image->arena, uint32_t, image->elf->symbol_count);
    if (image->got_slot == NULL)
        return false;
    if (image->got_slot[symbol] == 0)
        image->got_slot[symbol] = ++image->got_count;
    return true;
}

// Check one entry. Later only the bounds of the store are checked again.
static bool x86_64_check_entry(const struct btl_image *image, const struct btl_rela *rela,
                               const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = btl_reloc_check(image, rela, entry, diags);
    if (type == NULL)
        return false;
    return btl_in_range(entry->offset, btl_words[type->field].width, rela->window.size) ||
           btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_OUTSIDE, BTL_ARG_Z(type->name), 0,
                            "", diags);
}

static bool x86_64_count_entry(void *image, const struct btl_rela *rela,
                               const struct elf64_rela *entry)
{
    return types[ELF64_RELA_TYPE(entry->info)].formula < G_A ||
           x86_64_count_got(image, ELF64_RELA_SYMBOL(entry->info));
}

static bool x86_64_count(struct btl_image *image, struct btl_diags *diags)
{
    bool good = true;
    if (btl_reloc_count(image, x86_64_check_entry, x86_64_count_entry, image, &good, diags))
        return good;
    btl_report(diags, BTL_NO_MEMORY, image->elf->place, BTL_ARG_Z("counting the GOT"));
    return false;
}

static void x86_64_fill_got(const struct btl_image *image)
{
    struct btl_window got = btl_got_window(image);
    if (image->got_slot == NULL)
        return;
    for (uint32_t symbol = 0; symbol < image->elf->symbol_count; symbol++)
        if (image->got_slot[symbol] != 0)
            btl_window_store64(&got, (image->got_slot[symbol] - 1) * sizeof(uint64_t),
                               image->value[symbol]);
}

// All arithmetic is modulo 2^64, like the processor's.
static inline uint64_t x86_64_evaluate(const struct btl_image *image, enum formula formula,
                                       const struct elf64_rela *entry, uint64_t place)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    uint64_t got = image->base + image->got_offset;
    switch (formula) {
    case S_A:
        return image->value[symbol] + addend;
    case S_A_P:
        return image->value[symbol] + addend - place;
    case S_A_GOT:
        return image->value[symbol] + addend - got;
    case Z_A:
        return image->elf->symbols[symbol].size + addend;
    case GOT_A_P:
        return got + addend - place;
    case G_A:
        return (image->got_slot[symbol] - 1) * sizeof(uint64_t) + addend;
    case G_GOT_A_P:
        return got + (image->got_slot[symbol] - 1) * sizeof(uint64_t) + addend - place;
    default:
        return 0;
    }
}

static inline bool x86_64_apply(const struct btl_image *image, const struct btl_rela *rela,
                                const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = &types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t value =
        x86_64_evaluate(image, type->formula, entry, rela->window.address + entry->offset);
    enum btl_code code;
    if (image->value[symbol] == BTL_UNLOADED_VALUE && !btl_symbol_loaded(image, symbol) &&
        type->formula != NOTHING)
        code = BTL_LINK_RELOC_UNLOADED;
    else if (!btl_word_fits(type->field, value))
        code = BTL_LINK_RELOC_OVERFLOW;
    else if (!btl_word_store(&rela->window, entry->offset, type->field, value))
        code = BTL_LINK_RELOC_OUTSIDE;
    else
        return true;
    return btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), value,
                            btl_words[type->field].text, diags);
}

static bool x86_64_relocate(struct btl_image *image, struct btl_diags *diags)
{
    x86_64_fill_got(image);
    return btl_reloc_apply(image, x86_64_apply, diags);
}

static const struct btl_reloc_run run = {0, BTL_COUNT(types), types};

const struct btl_relocator btl_relocator_x86_64 = {
    .machine = ELF_MACHINE_X86_64,
    .runs = &run,
    .run_count = 1,
    .count = x86_64_count,
    .relocate = x86_64_relocate,
};

// SPDX-License-Identifier: BSD-2-Clause
// Relocations of x86-64 (System V psABI, chapter 4.4): every type that gcc and clang emit for
// freestanding code, with -mcmodel=kernel or =large, -fno-pic, -fpic or -fPIC. No instruction is
// rewritten: GOTPCRELX goes through the GOT as GOTPCREL does.
//
// tests/unit/test_reloc_x86_64.c has each row at its limits and one beyond; tests/oracle/ compares
// every type that is applied with GNU ld.
#include "reloc.h"

// What is computed. S symbol, A addend, P place, Z size of the symbol, GOT first entry of the GOT,
// G offset of the symbol's entry in it.
enum formula {
    UNKNOWN, // no such type
    REFUSED, // exists, has no meaning in a module
    NOTHING,
    S_A,
    S_A_P,
    S_A_GOT,
    Z_A,
    GOT_A_P,
    G_A, // from here on the symbol needs a GOT entry
    G_GOT_A_P,
};

enum field { NONE, WORD64, WORD32, SIGNED32 };

static const struct {
    const char *text;
    uint8_t width; // bytes
} fields[] = {
    [NONE] = {"nothing", 0},
    [WORD64] = {"64 bits", 8},
    [WORD32] = {"32 bits, unsigned", 4},
    [SIGNED32] = {"32 bits, signed", 4},
};

struct type {
    const char *name;
    uint8_t formula, field;
};

#define TYPE(number, name, formula, field) [number] = {"R_X86_64_" #name, formula, field}

// PLT32 and PLTOFF64 go straight to the symbol: the image lies in its reach or an overflow is
// reported.
static const struct type types[] = {
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

// Gives the symbol a GOT entry, one however often it is used. The table comes into being with the
// first one: most modules have none.
static bool count_got(struct btl_image *image, uint32_t symbol, struct btl_diags *diags)
{
    if (image->got_slot == NULL) {
        image->got_slot = BTL_NEW_ARRAY(image->arena, uint32_t, image->elf->symbol_count);
        if (image->got_slot == NULL) {
            btl_report(diags, BTL_NO_MEMORY, image->elf->place, BTL_ARG_Z("counting the GOT"));
            return false;
        }
    }
    if (image->got_slot[symbol] == 0)
        image->got_slot[symbol] = ++image->got_count;
    return true;
}

// The gate of one entry: what it checks here is not checked again, but for the bounds of the store.
static bool check_entry(const struct btl_image *image, const struct btl_rela *rela,
                        const struct elf64_rela *entry, struct btl_diags *diags)
{
    uint32_t number = ELF64_RELA_TYPE(entry->info);
    if (number >= BTL_COUNT(types) || types[number].formula == UNKNOWN)
        return btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_UNKNOWN, BTL_DEC(number), 0, "",
                                diags);
    const struct type *type = &types[number];
    struct btl_arg name = BTL_ARG_Z(type->name);
    if (ELF64_RELA_SYMBOL(entry->info) >= image->elf->symbol_count)
        return btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_SYMBOL, name, 0, "", diags);
    if (type->formula == REFUSED)
        return btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_UNSUPPORTED, name, 0, "", diags);
    if (!btl_in_range(entry->offset, fields[type->field].width, rela->window.size))
        return btl_reloc_report(image, rela, entry, BTL_LINK_RELOC_OUTSIDE, name, 0, "", diags);
    return true;
}

static bool count_x86_64(struct btl_image *image, struct btl_diags *diags)
{
    struct btl_rela rela;
    bool good = true;
    for (uint32_t cursor = 0; btl_rela_next(image, &cursor, &rela);)
        for (uint64_t i = 0; i < rela.count; i++) {
            const struct elf64_rela *entry = &rela.entries[i];
            if (!check_entry(image, &rela, entry, diags))
                good = false;
            else if (types[ELF64_RELA_TYPE(entry->info)].formula >= G_A &&
                     !count_got(image, ELF64_RELA_SYMBOL(entry->info), diags))
                return false;
        }
    return good;
}

static void fill_got(const struct btl_image *image)
{
    struct btl_window got = btl_got_window(image);
    if (image->got_slot == NULL)
        return;
    for (uint32_t symbol = 0; symbol < image->elf->symbol_count; symbol++)
        if (image->got_slot[symbol] != 0)
            btl_window_store64(&got, (image->got_slot[symbol] - 1) * sizeof(uint64_t),
                               image->value[symbol]);
}

// All arithmetic is modulo 2^64, as the processor's is.
static inline uint64_t evaluate(const struct btl_image *image, enum formula formula,
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

static inline bool fits(enum field field, uint64_t value)
{
    if (field == SIGNED32)
        return (int64_t)value == (int32_t)value;
    return field != WORD32 || value == (uint32_t)value;
}

static inline bool store(const struct btl_window *window, uint64_t offset, enum field field,
                         uint64_t value)
{
    if (field == WORD64)
        return btl_window_store64(window, offset, value);
    return field == NONE || btl_window_store32(window, offset, (uint32_t)value);
}

static inline bool apply(const struct btl_image *image, const struct btl_rela *rela,
                         const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct type *type = &types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t value = evaluate(image, type->formula, entry, rela->window.address + entry->offset);
    enum btl_code code;
    if (image->value[symbol] == BTL_UNLOADED_VALUE && !btl_symbol_loaded(image, symbol) &&
        type->formula != NOTHING)
        code = BTL_LINK_RELOC_UNLOADED;
    else if (!fits(type->field, value))
        code = BTL_LINK_RELOC_OVERFLOW;
    else if (!store(&rela->window, entry->offset, type->field, value))
        code = BTL_LINK_RELOC_OUTSIDE;
    else
        return true;
    return btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), value,
                            fields[type->field].text, diags);
}

static bool relocate_x86_64(struct btl_image *image, struct btl_diags *diags)
{
    struct btl_rela rela;
    bool good = true;
    fill_got(image);
    for (uint32_t cursor = 0; btl_rela_next(image, &cursor, &rela);) {
        for (uint64_t i = 0; i < rela.count; i++)
            good &= apply(image, &rela, &rela.entries[i], diags);
        image->relocation_count += rela.count;
    }
    return good;
}

static const char *type_name_x86_64(uint32_t type)
{
    return type < BTL_COUNT(types) ? types[type].name : NULL;
}

const struct btl_machine btl_machine_x86_64 = {
    .machine = ELF_MACHINE_X86_64,
    .count = count_x86_64,
    .relocate = relocate_x86_64,
    .type_name = type_name_x86_64,
};

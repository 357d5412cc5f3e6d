// SPDX-License-Identifier: BSD-2-Clause
// Shared by the parts of the ia64 relocator: the types (reloc_ia64_types.c), the checks and counts
// (reloc_ia64_count.c), and the values (reloc_ia64.c).
#ifndef BTL_CORE_RELOC_IA64_H
#define BTL_CORE_RELOC_IA64_H

#include "ia64_bundle.h"
#include "ia64_entries.h"
#include "reloc_port.h"

// Formulas. S: symbol, A: addend, P: place, or its bundle for a branch, gp: of the image.
enum ia64_formula {
    IA64_FORMULA_REFUSED = BTL_RELOC_REFUSED,
    IA64_FORMULA_NOTHING = BTL_RELOC_NOTHING,
    IA64_FORMULA_S_A = BTL_RELOC_FORMULAS,
    IA64_FORMULA_S_A_P,
    IA64_FORMULA_S_A_GP,
    IA64_FORMULA_S_A_SEGMENT, // segment: the whole image is one
    IA64_FORMULA_S_A_SECTION, // section: of the symbol
    IA64_FORMULA_GOT_GP,      // GOT entry that holds S + A
    IA64_FORMULA_FPTR,        // descriptor of the function S + A
    IA64_FORMULA_GOT_FPTR_GP, // GOT entry that holds the address of that descriptor
    IA64_FORMULA_BRANCH,      // S + A - P, or the distance to a stub
};

enum ia64_reloc_field {
    IA64_FIELD_NONE = BTL_WORD_NONE,
    IA64_FIELD_WORD64 = BTL_WORD_64,
    IA64_FIELD_WORD32 = BTL_WORD_32,
    IA64_FIELD_SIGNED32 = BTL_WORD_SIGNED32,
    IA64_FIELD_INSTRUCTION = BTL_WORDS, // the fields of instructions begin here: enum ia64_field
    IA64_FIELD_IMM14 = IA64_FIELD_INSTRUCTION + IA64_IMM14,
    IA64_FIELD_IMM22 = IA64_FIELD_INSTRUCTION + IA64_IMM22,
    IA64_FIELD_IMM64 = IA64_FIELD_INSTRUCTION + IA64_IMM64,
    IA64_FIELD_BRANCH21 = IA64_FIELD_INSTRUCTION + IA64_BRANCH21,
    IA64_FIELD_CHECK21 = IA64_FIELD_INSTRUCTION + IA64_CHECK21,
    IA64_FIELD_FCHECK21 = IA64_FIELD_INSTRUCTION + IA64_FCHECK21,
    IA64_FIELD_BRANCH60 = IA64_FIELD_INSTRUCTION + IA64_BRANCH60,
};

#define IA64_RELOC_TYPES 0xbb
extern const struct btl_reloc_type ia64_reloc_types[IA64_RELOC_TYPES];

// The offset of an instruction is that of its bundle plus the number of its slot.
#define IA64_SLOT_MASK (uint64_t)(IA64_BUNDLE_SIZE - 1)

const char *ia64_reloc_field_text(unsigned field);
// Return the number of bytes that an entry changes; *ret_start is the offset of the first.
static inline uint64_t ia64_reloc_extent(const struct btl_reloc_type *type, uint64_t offset,
                                         uint64_t *ret_start)
{
    *ret_start = type->field < IA64_FIELD_INSTRUCTION ? offset : offset & ~IA64_SLOT_MASK;
    return type->field < IA64_FIELD_INSTRUCTION ? btl_words[type->field].width : IA64_BUNDLE_SIZE;
}

// Can the symbol be exported as a function? Every global function can.
static inline bool ia64_is_export(const struct btl_elf *elf, uint32_t symbol)
{
    uint8_t info = elf->symbols[symbol].info;
    return ELF64_SYMBOL_TYPE(info) == ELF_STT_FUNC && ELF64_SYMBOL_BIND(info) != ELF_STB_LOCAL;
}

// Check every entry, and count the GOT entries, descriptors and stubs. False: reported.
bool ia64_reloc_count(struct btl_image *image, struct btl_diags *diags);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Between the parts of the relocations of ia64: their table (reloc_ia64_types.c), the count of what
// they go through (reloc_ia64_count.c), and their values (reloc_ia64.c).
#ifndef BTL_CORE_RELOC_IA64_H
#define BTL_CORE_RELOC_IA64_H

#include "ia64_bundle.h"
#include "ia64_made.h"
#include "reloc_port.h"

// What is computed. S symbol, A addend, P place, or its bundle for a branch; gp of the image.
enum formula {
    REFUSED = BTL_RELOC_REFUSED,
    NOTHING = BTL_RELOC_NOTHING,
    S_A = BTL_RELOC_FORMULAS,
    S_A_P,
    S_A_GP,
    S_A_SEGMENT, // segment: the whole image is one
    S_A_SECTION, // section: that of the symbol
    GOT_GP,      // GOT entry that holds S + A
    FPTR,        // descriptor of the function S + A
    GOT_FPTR_GP, // GOT entry that holds the address of that descriptor
    BRANCH,      // S + A - P, or by way of a stub
};

enum field {
    NONE = BTL_WORD_NONE,
    WORD64 = BTL_WORD_64,
    WORD32 = BTL_WORD_32,
    SIGNED32 = BTL_WORD_SIGNED32,
    INSTRUCTION = BTL_WORDS // and an enum ia64_field
};
#define IN(instruction) (INSTRUCTION + IA64_##instruction)

#define IA64_RELOC_TYPES 0xbb
extern const struct btl_reloc_type ia64_reloc_types[IA64_RELOC_TYPES];

// An instruction is named by the address of its bundle plus the number of its slot.
#define SLOT_MASK (uint64_t)(IA64_BUNDLE_SIZE - 1)

const char *ia64_reloc_field_text(unsigned field);
// Bytes of the section that an entry changes: [*ret_at, *ret_at + size).
static inline uint64_t ia64_reloc_extent(const struct btl_reloc_type *type, uint64_t offset,
                                         uint64_t *ret_at)
{
    *ret_at = type->field < INSTRUCTION ? offset : offset & ~SLOT_MASK;
    return type->field < INSTRUCTION ? btl_words[type->field].width : IA64_BUNDLE_SIZE;
}

// Every global function may be exported.
static inline bool ia64_is_export(const struct btl_elf *elf, uint32_t symbol)
{
    uint8_t info = elf->symbols[symbol].info;
    return ELF64_SYMBOL_TYPE(info) == ELF_STT_FUNC && ELF64_SYMBOL_BIND(info) != ELF_STB_LOCAL;
}

// Looks at every entry, and counts what they go through, for layout. False: reported.
bool ia64_reloc_count(struct btl_image *image, struct btl_diags *diags);

#endif

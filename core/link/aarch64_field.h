// SPDX-License-Identifier: BSD-2-Clause
// Fields that relocations of aarch64 fill: data words, and immediates of instructions (32 bits,
// little-endian). The other bits of the instruction are unchanged, except that a signed MOVW field
// chooses between movz and movn.
#ifndef BTL_CORE_AARCH64_FIELD_H
#define BTL_CORE_AARCH64_FIELD_H

#include <btl/types.h>

enum aarch64_field {
    AARCH64_NO_FIELD,
    // Data.
    AARCH64_WORD64,
    AARCH64_WORD32, // signed or unsigned
    AARCH64_WORD16, // likewise
    AARCH64_SIGNED32,
    AARCH64_SIGNED16,
    // Instructions. Values are in bytes.
    AARCH64_INSTRUCTIONS,
    AARCH64_ADR = AARCH64_INSTRUCTIONS,
    AARCH64_ADRP,    // a multiple of 4 KiB
    AARCH64_ADRP_NC, // NC: not checked for overflow
    AARCH64_ADD12,   // the low 12 bits
    AARCH64_MEMORY8, // the low 12 bits, in units of the access
    AARCH64_MEMORY16,
    AARCH64_MEMORY32,
    AARCH64_MEMORY64,
    AARCH64_MEMORY128,
    AARCH64_MEMORY64_15, // 15 bits, in units of 8
    AARCH64_LITERAL19,   // ldr
    AARCH64_BRANCH14,    // tbz, tbnz
    AARCH64_BRANCH19,    // b.cond, cbz, cbnz
    AARCH64_BRANCH26,    // b, bl
    AARCH64_MOVW_G0,     // bits 0 to 15 of the value; G1: 16 to 31, and so on
    AARCH64_MOVW_G0_NC,
    AARCH64_MOVW_G1,
    AARCH64_MOVW_G1_NC,
    AARCH64_MOVW_G2,
    AARCH64_MOVW_G2_NC,
    AARCH64_MOVW_G3,
    AARCH64_MOVW_SIGNED_G0, // movz, or movn with the complement of a negative value
    AARCH64_MOVW_SIGNED_G1,
    AARCH64_MOVW_SIGNED_G2,
    AARCH64_MOVW_SIGNED_G3,
    AARCH64_FIELDS,
};

#define AARCH64_INSTRUCTION_SIZE 4u

// Return "28 bits, signed, a multiple of 4", for messages.
const char *aarch64_field_text(enum aarch64_field field);
// Return the number of bytes of the data word or the instruction.
unsigned aarch64_field_width(enum aarch64_field field);
bool aarch64_field_fits(enum aarch64_field field, uint64_t value);
// Can the instruction have such a field?
bool aarch64_field_in(enum aarch64_field field, uint32_t instruction);
// Store the value in the field at `place`, which need not be aligned, and ignore the previous value
// of the field.
void aarch64_field_store(uint8_t *place, enum aarch64_field field, uint64_t value);

#endif

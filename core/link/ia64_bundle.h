// SPDX-License-Identifier: BSD-2-Clause
// Instructions of ia64: a bundle of 128 bits has a template of 5 bits and three slots of 41 bits.
// Here a value is stored in the immediate field of one instruction; the rest of the bundle is
// unchanged.
#ifndef BTL_CORE_IA64_BUNDLE_H
#define BTL_CORE_IA64_BUNDLE_H

#include <btl/types.h>

#define IA64_BUNDLE_SIZE 16u

// Fields of instructions. The value of a branch is a distance between bundles, in bytes.
enum ia64_field {
    IA64_IMM14,    // adds
    IA64_IMM22,    // addl
    IA64_IMM64,    // movl
    IA64_BRANCH21, // br, br.call, chk.a
    IA64_CHECK21,  // chk.s
    IA64_FCHECK21, // fchkf
    IA64_BRANCH60, // brl, brl.call
    IA64_FIELDS,
};

// Return "22 bits, signed", for messages.
const char *ia64_field_text(enum ia64_field field);
bool ia64_field_fits(enum ia64_field field, uint64_t value);
// Can the instruction in a slot (0 to 2) have such a field, by the bundle's template? A long
// instruction fills the slots 1 and 2: both numbers mean this instruction.
bool ia64_slot_takes(const uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field);
// Store the bits of the value in the field, and ignore the previous value of the field.
void ia64_bundle_patch(uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field,
                       uint64_t value);

#endif

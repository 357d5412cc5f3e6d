// SPDX-License-Identifier: BSD-2-Clause
// Instructions of ia64: three slots of 41 bits in a bundle of 128 bits, which begins with a
// template of 5 bits. Here a value is put into the immediate field of one instruction; nothing else
// in a bundle is changed.
#ifndef BTL_CORE_IA64_BUNDLE_H
#define BTL_CORE_IA64_BUNDLE_H

#include <btl/types.h>

#define IA64_BUNDLE_SIZE 16u

// Fields of instructions, by what they take. The branches take a distance in bytes between bundles.
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

// "22 bits, signed", for messages.
const char *ia64_field_text(enum ia64_field field);
bool ia64_field_fits(enum ia64_field field, uint64_t value);
// Can the instruction in that slot (0 to 2) of the bundle have such a field, by the template? The
// long instructions fill the slots 1 and 2: either may be given.
bool ia64_slot_takes(const uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field);
// Put those bits of the value that the field has into the slot, whatever stood there.
void ia64_bundle_patch(uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field,
                       uint64_t value);

#endif

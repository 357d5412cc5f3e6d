// SPDX-License-Identifier: BSD-2-Clause
// The relocation types of ia64 as the psABI and the architecture manual have them, written again
// for the tests: a typing error in the linker's table must not pass. And modules that use them.
#ifndef BTL_IA64_TYPES_H
#define BTL_IA64_TYPES_H

#include "link_fixture.h"

// Numbers of the psABI.
enum {
    R_NONE = 0x00,
    R_IMM14 = 0x21,
    R_IMM22 = 0x22,
    R_IMM64 = 0x23,
    R_DIR32LSB = 0x25,
    R_DIR64LSB = 0x27,
    R_GPREL22 = 0x2a,
    R_GPREL64I = 0x2b,
    R_LTOFF22 = 0x32,
    R_LTOFF64I = 0x33,
    R_FPTR64I = 0x43,
    R_FPTR64LSB = 0x47,
    R_PCREL60B = 0x48,
    R_PCREL21B = 0x49,
    R_PCREL21M = 0x4a,
    R_PCREL21F = 0x4b,
    R_PCREL32LSB = 0x4d,
    R_PCREL64LSB = 0x4f,
    R_LTOFF_FPTR22 = 0x52,
    R_LTOFF_FPTR64I = 0x53,
    R_SEGREL64LSB = 0x5f,
    R_SECREL32LSB = 0x65,
    R_SECREL64LSB = 0x67,
    R_LTOFF22X = 0x86,
    R_LDXMOV = 0x87,
};

// Templates, with a slot that takes the field.
enum { MII = 0x00, MLX = 0x04, MFI = 0x0c, MIB = 0x10, BBB = 0x16 };

#define IA_BASE 0xa000000100000000ull

// Where a value stands in a slot: bit of the slot, bits, bit of the value; the slot of long
// instructions.
struct ia_piece {
    int slot; // -1: the one that is named
    unsigned at, bits, to;
};

// What a type changes: an instruction, or so many bytes.
struct ia_kind {
    uint32_t type;
    unsigned template, slot;
    const struct ia_piece *pieces; // NULL: data
    unsigned width;
};
#define IA_KINDS 25
extern const struct ia_kind ia_kinds[IA_KINDS];

void ia_begin(struct link_fixture *f, size_t allocations); // lf_begin() for ia64
// Adds a relocation for the bundle (or the data) at `offset` of the section.
uint32_t ia_relocate(struct link_fixture *f, uint32_t section, uint64_t offset, uint32_t type,
                     uint32_t symbol, int64_t addend);
// Bundles with the templates that the types need, one after another; at most 64.
uint32_t ia_add_text(struct link_fixture *f, const char *name, const uint32_t *types, size_t count);

// Links a module with one relocation, at IA_PLACE of the image, against an absolute symbol "there".
#define IA_PLACE 32u
bool ia_link_one(struct link_fixture *f, uint32_t type, uint64_t value, int64_t addend);

// Of the linked image. The value that stands in the field, sign-extended; data as it is.
uint64_t ia_field_at(const struct link_fixture *f, uint64_t image_offset, uint32_t type);
uint64_t ia_word_at(const struct link_fixture *f, uint64_t address);
uint64_t ia_gp_of(const struct link_fixture *f);
// Is there a descriptor of that entry point among those of the image?
bool ia_is_descriptor(const struct link_fixture *f, uint64_t address, uint64_t entry);

#endif

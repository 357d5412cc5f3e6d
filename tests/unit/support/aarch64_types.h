// SPDX-License-Identifier: BSD-2-Clause
// The relocation types of aarch64 as the ELF ABI and the architecture manual have them, written
// again for the tests: a typing error in the linker's table must not pass. And modules that use
// them.
#ifndef BTL_AARCH64_TYPES_H
#define BTL_AARCH64_TYPES_H

#include "link_fixture.h"

// Numbers of the ABI.
enum {
    A_NONE = 0,
    A_NONE_OLD = 256,
    A_ABS64 = 257,
    A_ABS32 = 258,
    A_ABS16 = 259,
    A_PREL64 = 260,
    A_PREL32 = 261,
    A_PREL16 = 262,
    A_UABS_G0 = 263,
    A_UABS_G0_NC = 264,
    A_UABS_G1 = 265,
    A_UABS_G1_NC = 266,
    A_UABS_G2 = 267,
    A_UABS_G2_NC = 268,
    A_UABS_G3 = 269,
    A_SABS_G0 = 270,
    A_SABS_G1 = 271,
    A_SABS_G2 = 272,
    A_LD_PREL_LO19 = 273,
    A_ADR_PREL_LO21 = 274,
    A_ADR_PREL_PG_HI21 = 275,
    A_ADR_PREL_PG_HI21_NC = 276,
    A_ADD_ABS_LO12_NC = 277,
    A_LDST8 = 278,
    A_TSTBR14 = 279,
    A_CONDBR19 = 280,
    A_JUMP26 = 282,
    A_CALL26 = 283,
    A_LDST16 = 284,
    A_LDST32 = 285,
    A_LDST64 = 286,
    A_PREL_G0 = 287,
    A_PREL_G0_NC = 288,
    A_PREL_G1 = 289,
    A_PREL_G1_NC = 290,
    A_PREL_G2 = 291,
    A_PREL_G2_NC = 292,
    A_PREL_G3 = 293,
    A_LDST128 = 299,
    A_GOT_LD_PREL19 = 309,
    A_ADR_GOT_PAGE = 311,
    A_LD64_GOT_LO12_NC = 312,
    A_LD64_GOTPAGE_LO15 = 313,
};

#define AA_BASE 0xffffffffa0000000ull

// A type, an instruction that it can change (0: data), and where its field is.
struct aa_kind {
    uint32_t type;
    uint32_t instruction; // with 0 in the field
    uint32_t field;       // the bits of the field
    unsigned width;       // bytes
};
#define AA_KINDS 43
extern const struct aa_kind aa_kinds[AA_KINDS];
const struct aa_kind *aa_kind_of(uint32_t type);

// lf_begin() for aarch64.
void aa_begin(struct link_fixture *f, size_t allocations);
// Add a section of code with an instruction for each type, each on 8 bytes; at most 64. Data is 0.
uint32_t aa_add_text(struct link_fixture *f, const char *name, const uint32_t *types, size_t count);

// Link a module with one relocation, at AA_PLACE of the image, against an absolute symbol "there".
// The image is .text of 32 bytes in a page of its own, then its GOT, if any.
#define AA_PLACE 16u
bool aa_link_one(struct link_fixture *f, uint32_t type, uint64_t value, int64_t addend);

// Return `width` bytes at an offset of the linked image.
uint64_t aa_load(const struct link_fixture *f, uint64_t offset, unsigned width);
// Return the target of the branch at an offset of the linked image.
uint64_t aa_branch_target(const struct link_fixture *f, uint64_t offset);
// Return the target of the veneer at an address.
uint64_t aa_veneer_target(const struct link_fixture *f, uint64_t address);

#endif

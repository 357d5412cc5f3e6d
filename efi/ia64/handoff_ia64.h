// SPDX-License-Identifier: BSD-2-Clause
// Parameters of handoff_ia64.S, ready to be written to registers.
#ifndef BTL_EFI_HANDOFF_IA64_H
#define BTL_EFI_HANDOFF_IA64_H

#define HANDOFF_IA64_SIZE  0x10000
#define HANDOFF_IA64_ENTRY 0x8000 // offset of the code in the hand-off area, after the vector table

// Copies of constants in btl/boot.h, which the assembler cannot read.
#define HANDOFF_IA64_RR0      0x10030 // 0x100 more for each region up to 4
#define HANDOFF_IA64_RR5      0x10530
#define HANDOFF_IA64_RR6      0x10630
#define HANDOFF_IA64_RR7      0x10730
#define HANDOFF_IA64_DIRECT   0x461 // flags of translations: present, accessed, dirty, RW-
#define HANDOFF_IA64_UNCACHED 0x471

// Offset in the hand-off area, after a short handler: address and count of the manifest's memory
// map.
#define HANDOFF_IA64_MAP         0x13f0
#define HANDOFF_IA64_ENTRY_SIZE  32 // struct btlm_memory
#define HANDOFF_IA64_MMIO        12
#define HANDOFF_IA64_CACHE_TYPES 0x1f
#define HANDOFF_IA64_WB_BIT      3

// Offsets in struct handoff_ia64.
#define HANDOFF_IA64_ROOT     0
#define HANDOFF_IA64_KERNEL   8
#define HANDOFF_IA64_MANIFEST 16
#define HANDOFF_IA64_SP       24
#define HANDOFF_IA64_STORE    32
#define HANDOFF_IA64_GP       40
#define HANDOFF_IA64_CODE     48
#define HANDOFF_IA64_MEMORY   56
#define HANDOFF_IA64_COUNT    64
#define HANDOFF_IA64_PINS     72

// Translation registers: virtual address, translation, page size in the format of cr.itir; size 0:
// none.
#define HANDOFF_IA64_PIN_SIZE  24
#define HANDOFF_IA64_PIN_COUNT 4

#ifndef __ASSEMBLER__
#include "handoff.h"

enum { PIN_CODE, PIN_STACK, PIN_STORE, PIN_TEXT };

struct handoff_ia64 {
    uint64_t root, kernel, manifest, sp, store, gp, code, memory, memory_count;
    struct {
        uint64_t address, translation, itir;
    } pins[HANDOFF_IA64_PIN_COUNT];
};
_Static_assert(offsetof(struct handoff_ia64, root) == HANDOFF_IA64_ROOT, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, kernel) == HANDOFF_IA64_KERNEL, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, manifest) == HANDOFF_IA64_MANIFEST, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, sp) == HANDOFF_IA64_SP, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, store) == HANDOFF_IA64_STORE, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, gp) == HANDOFF_IA64_GP, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, code) == HANDOFF_IA64_CODE, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, memory) == HANDOFF_IA64_MEMORY, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, memory_count) == HANDOFF_IA64_COUNT, "handoff_ia64.S");
_Static_assert(offsetof(struct handoff_ia64, pins) == HANDOFF_IA64_PINS, "handoff_ia64.S");
_Static_assert(sizeof(((struct handoff_ia64 *)0)->pins[0]) == HANDOFF_IA64_PIN_SIZE,
               "handoff_ia64.S");

void handoff_ia64_fill(const struct handoff *handoff, struct handoff_ia64 *ret_handoff);
#endif

#endif

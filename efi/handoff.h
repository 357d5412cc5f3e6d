// SPDX-License-Identifier: BSD-2-Clause
// Parameters of the hand-off code (handoff_ARCH.S, docs/boot-protocol.md).
#ifndef BTL_EFI_HANDOFF_H
#define BTL_EFI_HANDOFF_H

#include <btl/types.h>

// handoff_x86_64.S uses the offsets of the first members.
struct handoff {
    uint64_t page_table_root; // 0: physical
    uint64_t entry;           // 8: virtual
    uint64_t manifest;        // 16: in the direct map
    uint64_t stack_top;       // 24: virtual
    uint64_t code;            // 32: of the hand-off area, physical

    // Used on ia64.
    uint64_t gp;                             // of the kernel
    uint64_t backing_store;                  // virtual
    uint64_t stack_physical;                 // of the stack; the backing store's follows
    uint64_t text, text_physical, text_size; // the kernel segment with the entry point
    uint64_t memory, memory_count;           // MEMORY of the manifest: physical, entries
};
_Static_assert(offsetof(struct handoff, code) == 32, "handoff_x86_64.S");

// The position-independent code of the hand-off area: in place on x86-64, copied on ia64.
extern const uint8_t handoff_code[], handoff_code_end[];

#endif

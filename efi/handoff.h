// SPDX-License-Identifier: BSD-2-Clause
// What the code page needs to leave the loader's world (handoff_ARCH.S, docs/boot-protocol.md).
#ifndef BTL_EFI_HANDOFF_H
#define BTL_EFI_HANDOFF_H

#include <btl/types.h>

// Known to handoff_x86_64.S by offset.
struct handoff {
    uint64_t page_table_root; // 0: physical
    uint64_t entry;           // 8: virtual
    uint64_t manifest;        // 16: in the direct map
    uint64_t stack_top;       // 24: virtual
    uint64_t code;            // 32: of the hand-off page, physical, mapped one to one
};
_Static_assert(offsetof(struct handoff, code) == 32, "handoff_x86_64.S");

// The code that is copied to the hand-off page: position-independent, at most one page. Its first
// byte is the entry: void (*)(const struct handoff *), with the System V calling convention.
extern const uint8_t handoff_code[], handoff_code_end[];

#endif

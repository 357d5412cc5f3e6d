// SPDX-License-Identifier: BSD-2-Clause
// Unwind information (Itanium Software Conventions and Runtime Architecture Guide, 11.4 and
// appendix B): where a function saves the registers that lead to its caller.
#ifndef KERNEL_IA64_UNWIND_H
#define KERNEL_IA64_UNWIND_H

#include <btl/types.h>

enum unwind_where {
    UNWIND_UNSAVED, // in its own register
    UNWIND_GR,      // in a general register
    UNWIND_BR,      // in a branch register
    UNWIND_PSPREL,  // in memory, `value` bytes above the caller's sp
    UNWIND_SPREL,   // in memory, `value` bytes above sp
    UNWIND_SIZE     // of psp: sp and `value` bytes
};

struct unwind_place {
    enum unwind_where where;
    int64_t value;
    uint64_t when; // the slot of the function after which it is saved there
};

struct unwind_state {
    struct unwind_place rp, pfs, psp;
};

// Return the state before slot `slot` (three a bundle) of a function whose information is `info`.
// False: it is invalid. A register that is not saved yet is UNWIND_UNSAVED.
bool unwind_read(struct btl_bytes info, uint64_t slot, struct unwind_state *ret);

// capture.S: the caller of unwind_capture().
struct unwind_caller {
    uint64_t ip, pfs, bsp, sp; // bsp: after its registers
};
void unwind_capture(struct unwind_caller *ret);

#endif

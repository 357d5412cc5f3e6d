// SPDX-License-Identifier: BSD-2-Clause
// Vector registers. UEFI promises them (2.10, 2.3.4), but Das U-Boot leaves them switched off, so
// the loader is compiled without them. A function that uses them asks the control registers first.
#ifndef BTL_EFI_VECTORS_H
#define BTL_EFI_VECTORS_H

#include <btl/types.h>

struct control_registers {
    uint64_t cr0, cr4;
};

// Can XMM registers be used? EM and TS in CR0 trap, and SSE needs OSFXSR in CR4 (Intel SDM volume
// 3, 2.5).
static inline bool vectors_are_on(struct control_registers registers)
{
    const uint64_t em = 1u << 2, ts = 1u << 3, osfxsr = 1u << 9;
    return (registers.cr0 & (em | ts)) == 0 && (registers.cr4 & osfxsr) != 0;
}

struct control_registers cpu_control_registers(void);

#endif

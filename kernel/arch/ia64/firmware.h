// SPDX-License-Identifier: BSD-2-Clause
// Calls of the firmware.
#ifndef KERNEL_IA64_FIRMWARE_H
#define KERNEL_IA64_FIRMWARE_H

#include <btl/types.h>

struct firmware_call {
    uint64_t entry, gp, arguments[8];
    uint64_t sp, backing_store, vectors; // physical
};
_Static_assert(sizeof(struct firmware_call) == 13 * 8, "ivt.S");

// r8 and r9, as C returns them.
struct firmware_result {
    uint64_t status, value;
};

// ivt.S
struct firmware_result firmware_call_physical(const struct firmware_call *call);
// Call a procedure of the System Abstraction Layer. False: it is missing or failed.
bool sal_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t *ret);

// pci_config.c: PCI configuration mechanism 1. False: not a port of it.
bool pci_config_in(uint16_t port, unsigned size, uint32_t *ret);
bool pci_config_out(uint16_t port, unsigned size, uint32_t value);

#endif

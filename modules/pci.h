// SPDX-License-Identifier: BSD-2-Clause
// Interface pci:1.2: the functions found on the PCI buses, their configuration space, and their
// interrupts. 1.1 added capabilities, base address registers and pci_enable(), 1.2 interrupts.
#ifndef BTL_MODULES_PCI_H
#define BTL_MODULES_PCI_H

#include <btl/intr.h>
#include <btl/types.h>

struct pci_function {
    uint8_t bus, device, function;
    uint8_t header_type; // without the multi-function bit
    uint16_t vendor, id;
    uint32_t class_code; // class << 16 | subclass << 8 | programming interface
};

// Return function number `index` in the order of the buses, or NULL past the last one.
const struct pci_function *pci_at(uint32_t index);
// Return the first function with these ids after `after` (NULL: from the start), or NULL.
const struct pci_function *pci_find(uint16_t vendor, uint16_t id, const struct pci_function *after);
uint32_t pci_read32(const struct pci_function *at, uint8_t offset);
void pci_write32(const struct pci_function *at, uint8_t offset, uint32_t value);

// Return the offset of the next capability `id` after the one at `after` (0: from the start), or 0.
uint8_t pci_capability(const struct pci_function *at, uint8_t id, uint8_t after);
// Return the memory of base address register `bar` (0 ... 5) of a device. False: the register holds
// ports, does not exist, or was not set up by the firmware.
bool pci_memory_bar(const struct pci_function *at, unsigned bar, uint64_t *ret_address,
                    uint64_t *ret_size);
// Switch memory decoding and bus mastering on; off: bus mastering only.
void pci_enable(const struct pci_function *at, bool on);

// Attach a handler (btl/intr.h) to the function's interrupt, by the first of these that it and the
// machine have and that `kinds` allows: MSI-X (the first entry of its table), MSI, its line. At
// most one handler for a function. intr_detach() ends it, and stops the function from interrupting.
// 0; BTL_ENODEV: it has none of these; BTL_EBUSY: it has a handler; or an error of intr_attach().
enum { PCI_INTR_MSIX = 1, PCI_INTR_MSI = 2, PCI_INTR_LINE = 4, PCI_INTR_ANY = 7 };
int pci_intr_attach(const struct pci_function *at, unsigned kinds, btl_intr_handler *handler,
                    void *argument, struct btl_intr **ret_intr);
// Which of them it is; 0: none.
unsigned pci_intr_kind(const struct pci_function *at);

#endif

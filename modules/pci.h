// SPDX-License-Identifier: BSD-2-Clause
// Interface pci:1.0: the functions found on the PCI buses, and their configuration space.
#ifndef BTL_MODULES_PCI_H
#define BTL_MODULES_PCI_H

#include <btl/types.h>

struct pci_function {
    uint8_t bus, device, function;
    uint8_t header_type; // without the multi-function bit
    uint16_t vendor, id;
    uint32_t class_code; // class << 16 | subclass << 8 | programming interface
};

// Function number `index` in the order of the buses, or NULL past the last one.
const struct pci_function *pci_at(uint32_t index);
// The first function with these ids after `after` (NULL: from the start), or NULL.
const struct pci_function *pci_find(uint16_t vendor, uint16_t id,
                                    const struct pci_function *after);
uint32_t pci_read32(const struct pci_function *at, uint8_t offset);
void pci_write32(const struct pci_function *at, uint8_t offset, uint32_t value);

// Names for lspci: a module that knows some gives them, and takes them back with NULL.
struct pci_names {
    const char *(*vendor)(uint16_t vendor);        // NULL: not known
    const char *(*class_name)(uint32_t class_code); // NULL: not known
};
void pci_set_names(const struct pci_names *names);

#endif

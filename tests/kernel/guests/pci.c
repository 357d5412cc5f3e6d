// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

const struct pci_function *pci_find(uint16_t vendor, uint16_t id, const struct pci_function *after);

const struct pci_function *pci_find(uint16_t vendor, uint16_t id, const struct pci_function *after)
{
    return host.find(vendor, id, after);
}

BTL_MODULE("pci", .load = guest_load, .unload = guest_unload);
BTL_STUB_EXPORT(pci_find);

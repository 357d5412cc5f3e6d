// SPDX-License-Identifier: BSD-2-Clause
// Functions of pciids, called through stubs: the first call loads the module.
#ifndef BTL_MODULES_PCIIDS_H
#define BTL_MODULES_PCIIDS_H

#include <btl/types.h>

const char *pci_vendor_name(uint16_t vendor);    // NULL: unknown
const char *pci_class_name(uint32_t class_code); // NULL: unknown

#endif

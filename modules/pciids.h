// SPDX-License-Identifier: BSD-2-Clause
// Functions of pciids, which others reach through stubs: it is loaded when they are called.
#ifndef BTL_MODULES_PCIIDS_H
#define BTL_MODULES_PCIIDS_H

#include <btl/types.h>

const char *pci_vendor_name(uint16_t vendor);    // NULL: not known
const char *pci_class_name(uint32_t class_code); // NULL: not known

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The type data of wsio_intfc modules: drivers of devices on the PCI bus. After the load function
// the kernel calls `attach` for every function of the bus that has one of the ids and no driver
// yet.
//
//     static const struct btl_pci_id ids[] = {{0x8086, 0x2918}};
//     static const struct btl_intfc mine = {BTL_PCI_IDS(ids), .attach = …, .detach = …};
//     BTL_MODULE("mine", .load = …, .unload = …, .type_data = &mine);
//     BTL_TYPE("wsio_intfc");
//     BTL_DEPENDS("pci");
#ifndef BTL_INTFC_H
#define BTL_INTFC_H

#include <btl/types.h>

struct pci_function; // modules/pci.h

struct btl_pci_id {
    uint16_t vendor, device;
};

struct btl_intfc {
    const struct btl_pci_id *ids;
    uint64_t id_count;
    // Attach to a device. 0, and *ret_state is the argument of `detach`; BTL_ENODEV: not a device
    // of this driver; else an error of btl/kernel.h. A driver that fails with all its devices is
    // not loaded.
    int (*attach)(const struct pci_function *device, void **ret_state);
    void (*detach)(const struct pci_function *device, void *state);
};

#define BTL_PCI_IDS(array) .ids = (array), .id_count = BTL_COUNT(array)

#endif

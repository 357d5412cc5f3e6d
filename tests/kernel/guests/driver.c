// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#include <btl/intfc.h>

static int on_attach(const struct pci_function *device, void **ret_state)
{
    return host.attach(device, ret_state);
}
static void on_detach(const struct pci_function *device, void *state)
{
    host.detach(device, state);
}

static const struct btl_pci_id ids[] = {{0x8086, 1}, {0x8086, 2}};
static const struct btl_intfc driver = {BTL_PCI_IDS(ids), .attach = on_attach, .detach = on_detach};

BTL_MODULE("driver", .load = guest_load, .unload = guest_unload, .type_data = &driver);
BTL_TYPE("wsio_intfc");

// SPDX-License-Identifier: BSD-2-Clause
// Attach to the LPC bridge of Intel's ICH9, the south bridge of QEMU's q35 machine, and print the
// port of its power management registers (I/O Controller Hub 9 datasheet, 13.1.13).
#include <btl/intfc.h>
#include <btl/module.h>

#include "pci.h"

#define PMBASE       0x40
#define PMBASE_PORTS 0xff80u // bits of the port number
#define ACPI_CNTL    0x44
#define ACPI_ENABLED 0x80u

static int ich9_attach(const struct pci_function *device, void **ret_state)
{
    uint32_t base = pci_read32(device, PMBASE) & PMBASE_PORTS;
    bool enabled = (pci_read32(device, ACPI_CNTL) & ACPI_ENABLED) != 0;
    kprintf("ich9: %02x:%02x.%x: ", device->bus, device->device, device->function);
    if (enabled)
        kprintf("power management at port 0x%x\n", base);
    else // Das U-Boot leaves it so
        kprintf("the firmware left power management switched off\n");
    return 0;
}

static void ich9_detach(const struct pci_function *device, void *state)
{
    kprintf("ich9: %02x:%02x.%x: let go\n", device->bus, device->device, device->function);
}

static int ich9_load(const struct btl_load_args *args)
{
    return 0;
}

static int ich9_unload(void)
{
    return 0;
}

static const struct btl_pci_id ids[] = {{0x8086, 0x2918}};
static const struct btl_intfc driver = {BTL_PCI_IDS(ids), .attach = ich9_attach,
                                        .detach = ich9_detach};

BTL_MODULE("ich9", .load = ich9_load, .unload = ich9_unload, .type_data = &driver);
BTL_VERSION("1.0");
BTL_DESCRIPTION("attaches to the ICH9 south bridge");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("wsio_intfc");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.1");
BTL_NEEDS("pci:1.0");
BTL_DEPENDS("pci");

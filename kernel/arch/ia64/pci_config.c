// SPDX-License-Identifier: BSD-2-Clause
// PCI configuration space, which ia64 accesses through SAL and not through ports. Modules use
// configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2): its two ports are emulated here.
#include "arch/ia64/firmware.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u
#define CONFIG_TARGET  0x00fffffcu // bus, device, function, register

#define SAL_PCI_CONFIG_READ  0x01000010
#define SAL_PCI_CONFIG_WRITE 0x01000011
#define SAL_TYPE_COMPATIBLE  0 // addresses are those of mechanism 1

static uint32_t selected;

static bool pci_config_is_data(uint16_t port, unsigned size)
{
    return port >= CONFIG_DATA && port % size == 0 && port + size <= CONFIG_DATA + 4;
}

static uint64_t pci_config_target(uint16_t port)
{
    return (selected & CONFIG_TARGET) | (port & 3);
}

bool pci_config_in(uint16_t port, unsigned size, uint32_t *ret)
{
    uint64_t value = UINT32_MAX;

    if (port == CONFIG_ADDRESS && size == 4) {
        *ret = selected;
        return true;
    }
    if (!pci_config_is_data(port, size) || !(selected & CONFIG_ENABLE))
        return false;
    if (!sal_call(SAL_PCI_CONFIG_READ, pci_config_target(port), size, SAL_TYPE_COMPATIBLE, 0,
                  &value))
        value = UINT32_MAX;
    *ret = (uint32_t)value;
    return true;
}

bool pci_config_out(uint16_t port, unsigned size, uint32_t value)
{
    uint64_t ignored;

    if (port == CONFIG_ADDRESS && size == 4) {
        selected = value;
        return true;
    }
    if (!pci_config_is_data(port, size) || !(selected & CONFIG_ENABLE))
        return false;
    sal_call(SAL_PCI_CONFIG_WRITE, pci_config_target(port), size, value, SAL_TYPE_COMPATIBLE,
             &ignored);
    return true;
}

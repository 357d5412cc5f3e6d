// SPDX-License-Identifier: BSD-2-Clause
// Access to the registers of devices.
#include "device.h"

enum { PCI_ID = 0, PCI_HEADER_TYPE = 14, PCI_SECONDARY_BUS = 25 };
#define PCI_BUSES       256
#define PCI_DEVICES     32
#define PCI_FUNCTIONS   8
#define PCI_NONE        0xffff // vendor
#define HEADER_BRIDGE   1
#define HEADER_TYPE     0x7f
#define HEADER_MULTIPLE 0x80

uint32_t hardware_read(struct watchdog_device *device, enum fw_space space, uint64_t address,
                       uint32_t width)
{
    uint32_t value = 0;
    fw_status status = device->fw->register_read(device->fw, space, address, width, &value);
    if (status != FW_SUCCESS && device->status == FW_SUCCESS)
        device->status = status;
    return status == FW_SUCCESS ? value : 0;
}

void hardware_write(struct watchdog_device *device, enum fw_space space, uint64_t address,
                    uint32_t width, uint32_t value)
{
    fw_status status = device->fw->register_write(device->fw, space, address, width, value);
    if (status != FW_SUCCESS && device->status == FW_SUCCESS)
        device->status = status;
}

// The search of the PCI buses, from bus 0 on through the bridges.
struct pci_search {
    struct watchdog_device *device;
    uint32_t id;
    uint64_t found;
    bool bus_exists[PCI_BUSES];
};

static uint32_t search_read(struct pci_search *search, uint64_t at, uint32_t width)
{
    uint32_t value;
    struct firmware *fw = search->device->fw;
    return fw->register_read(fw, FW_SPACE_PCI, at, width, &value) == FW_SUCCESS ? value
                                                                                : UINT32_MAX;
}

// Look at one function. True: it exists; *ret_multiple: the device may have others.
static bool search_look_at(struct pci_search *search, uint32_t bus, uint64_t at, bool *ret_multiple)
{
    uint32_t id = search_read(search, at + PCI_ID, 4);
    if ((id & 0xffff) == PCI_NONE)
        return false;
    uint32_t type = search_read(search, at + PCI_HEADER_TYPE, 1);
    uint32_t behind = search_read(search, at + PCI_SECONDARY_BUS, 1) & 0xff;
    // A bridge that points back is not followed, so the search ends.
    if ((type & HEADER_TYPE) == HEADER_BRIDGE && behind > bus)
        search->bus_exists[behind] = true;
    if (id == search->id && search->found == 0)
        search->found = at;
    *ret_multiple = (type & HEADER_MULTIPLE) != 0;
    return true;
}

static void search_device(struct pci_search *search, uint32_t bus, uint32_t number)
{
    bool multiple = false, ignored;
    if (!search_look_at(search, bus, FW_PCI(bus, number, 0, 0), &multiple) || !multiple)
        return;
    for (uint32_t function = 1; function < PCI_FUNCTIONS; function++)
        search_look_at(search, bus, FW_PCI(bus, number, function, 0), &ignored);
}

bool hardware_find_pci(struct watchdog_device *device, uint32_t id, uint64_t *ret_address)
{
    struct pci_search search = {.device = device, .id = id, .bus_exists = {true}};
    for (uint32_t bus = 0; bus < PCI_BUSES && search.found == 0; bus++) {
        for (uint32_t number = 0; search.bus_exists[bus] && number < PCI_DEVICES; number++)
            search_device(&search, bus, number);
    }
    *ret_address = search.found;
    return search.found != 0;
}

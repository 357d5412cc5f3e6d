// SPDX-License-Identifier: BSD-2-Clause
// Drivers of hardware watchdogs, which go on when the firmware has ended (watchdog.c). A driver is
// a table of functions over the firmware's access to registers.
#ifndef BTL_EFI_DEVICE_H
#define BTL_EFI_DEVICE_H

#include <btl/wdat.h>

#include "firmware.h"

// How a kernel stops the watchdog: one write that changes the bits of `mask`.
struct watchdog_stop {
    enum fw_space space;
    uint32_t width; // bytes
    uint64_t address;
    uint32_t mask, value;
};

struct watchdog_device {
    struct firmware *fw;
    fw_status status;                  // of the first access that failed
    uint64_t acpi_rsdp;                // for wdat_driver
    uint64_t pci;                      // configuration space of the device (FW_PCI)
    uint64_t registers;                // port or address of its registers
    uint64_t control;                  // TCO: the register that forbids the reset
    struct btl_wdat wdat;              // its instructions
    uint32_t seconds_min, seconds_max; // what the device can do
    struct watchdog_stop stop;
    const char *fault; // why a device that exists cannot be used; else NULL
};

struct watchdog_driver {
    const char *name; // for messages
    // Is the device in this machine? Fills in everything from `pci` on.
    bool (*find)(struct watchdog_device *device);
    // Set the time and start the device. False: it does not run.
    bool (*arm)(struct watchdog_device *device, uint32_t seconds);
    // Stop the device. False: it still runs.
    bool (*disarm)(struct watchdog_device *device);
};

extern const struct watchdog_driver i6300esb_driver, wdat_driver, tco_driver;

// Read a register; a failed access gives 0 bits and is kept in device->status.
uint32_t hardware_read(struct watchdog_device *device, enum fw_space space, uint64_t address,
                       uint32_t width);
void hardware_write(struct watchdog_device *device, enum fw_space space, uint64_t address,
                    uint32_t width, uint32_t value);
// Find a PCI device of segment 0, `id`: device << 16 | vendor. False: there is none.
bool hardware_find_pci(struct watchdog_device *device, uint32_t id, uint64_t *ret_address);

#endif

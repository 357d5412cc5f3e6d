// SPDX-License-Identifier: BSD-2-Clause
// The watchdog of Intel's 6300ESB (datasheet 300641, chapter 16), which QEMU has as i6300esb. Two
// stages of equal length; the end of the second resets the machine.
#include "device.h"

#define ESB_ID 0x25ab8086u

enum { PCI_COMMAND = 4, PCI_BAR = 16, ESB_CONFIG = 0x60, ESB_LOCK = 0x68 };
enum { ESB_TIMER1 = 0, ESB_TIMER2 = 4, ESB_RELOAD = 12 };

#define COMMAND_MEMORY 2
#define CONFIG_RESET   0x0003 // the end of the second stage resets; counts of 1 kHz; no interrupt
#define LOCK_LOCKED    1
#define LOCK_ENABLED   2
#define RELOAD_NOW     0x100
#define UNLOCK_FIRST   0x80
#define UNLOCK_SECOND  0x86
#define STAGE_SHIFT    9 // half a second in counts of a millisecond, nearly
#define SECONDS_MAX    2046

static bool esb_find(struct watchdog_device *device)
{
    if (!hardware_find_pci(device, ESB_ID, &device->pci))
        return false;
    device->registers = hardware_read(device, FW_SPACE_PCI, device->pci + PCI_BAR, 4) & ~0xfu;
    device->seconds_min = 1;
    device->seconds_max = SECONDS_MAX;
    device->stop = (struct watchdog_stop){
        .space = FW_SPACE_PCI, .width = 1, .address = device->pci + ESB_LOCK, .mask = LOCK_ENABLED};
    if (device->registers == 0)
        device->fault = "the firmware has given it no memory";
    else if ((hardware_read(device, FW_SPACE_PCI, device->pci + ESB_LOCK, 1) & LOCK_LOCKED) != 0)
        device->fault = "it is locked";
    return true;
}

static void esb_write(struct watchdog_device *device, uint32_t offset, uint32_t width,
                      uint32_t value)
{
    hardware_write(device, FW_SPACE_MEMORY, device->registers + ESB_RELOAD, 2, UNLOCK_FIRST);
    hardware_write(device, FW_SPACE_MEMORY, device->registers + ESB_RELOAD, 2, UNLOCK_SECOND);
    hardware_write(device, FW_SPACE_MEMORY, device->registers + offset, width, value);
}

// Write the lock register, and return whether the watchdog runs.
static bool esb_set_enabled(struct watchdog_device *device, uint32_t enabled)
{
    hardware_write(device, FW_SPACE_PCI, device->pci + ESB_LOCK, 1, enabled);
    return (hardware_read(device, FW_SPACE_PCI, device->pci + ESB_LOCK, 1) & LOCK_ENABLED) != 0;
}

static bool esb_arm(struct watchdog_device *device, uint32_t seconds)
{
    uint32_t command = hardware_read(device, FW_SPACE_PCI, device->pci + PCI_COMMAND, 2);
    hardware_write(device, FW_SPACE_PCI, device->pci + PCI_COMMAND, 2, command | COMMAND_MEMORY);
    esb_set_enabled(device, 0);
    hardware_write(device, FW_SPACE_PCI, device->pci + ESB_CONFIG, 2, CONFIG_RESET);
    esb_write(device, ESB_TIMER1, 4, seconds << STAGE_SHIFT);
    esb_write(device, ESB_TIMER2, 4, seconds << STAGE_SHIFT);
    esb_write(device, ESB_RELOAD, 2, RELOAD_NOW);
    return esb_set_enabled(device, LOCK_ENABLED) && device->status == FW_SUCCESS;
}

static bool esb_disarm(struct watchdog_device *device)
{
    esb_write(device, ESB_RELOAD, 2, RELOAD_NOW);
    return !esb_set_enabled(device, 0) && device->status == FW_SUCCESS;
}

const struct watchdog_driver i6300esb_driver = {
    .name = "i6300esb", .find = esb_find, .arm = esb_arm, .disarm = esb_disarm};

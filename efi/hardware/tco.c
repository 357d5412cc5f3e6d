// SPDX-License-Identifier: BSD-2-Clause
// The TCO watchdog of Intel's chipsets from ICH6 to series 9 (ICH9 datasheet 316972, chapters 10.1
// and 13.9). The machine is reset when the timer has ended twice; with the TCO's SMI on, the
// firmware may do that at the first end.
#include "device.h"

#define LPC FW_PCI(0, 31, 0, 0)

// In the configuration space of the LPC bridge.
enum { PCI_ID = 0, LPC_PMBASE = 0x40, LPC_ACPI_CONTROL = 0x44, LPC_RCBA = 0xf0 };
// From PMBASE on.
enum { PM_SMI_ENABLE = 0x30, PM_TCO = 0x60 };
// Registers of the TCO.
enum { TCO_RELOAD = 0, TCO1_STATUS = 4, TCO2_STATUS = 6, TCO1_CONTROL = 8, TCO_TIMER = 0x12 };

#define RCBA_CONTROL 0x3410 // general control and status
#define NO_REBOOT    0x20u  // in it
#define HALTED       0x0800u
#define LOCKED       0x1000u
#define TIMED_OUT    0x0008u
#define SECOND_OUT   0x0002u
#define BOOT_STATUS  0x0004u
#define SMI_OF_TCO   0x2001u // TCO_EN and GBL_SMI_EN
#define TICKS_MIN    4
#define TICKS_MAX    0x3ff
#define TICK_MS      600

// Device numbers of LPC bridges with this TCO, which has its reset bit at RCBA.
static const struct {
    uint16_t first, last;
} tco_bridges[] = {{0x2640, 0x2642}, {0x27b0, 0x27bd}, {0x2810, 0x2815}, {0x2910, 0x2919},
                   {0x3a14, 0x3a1a}, {0x3b00, 0x3b16}, {0x1c41, 0x1c5f}, {0x1d40, 0x1d41},
                   {0x1e41, 0x1e5f}, {0x8c40, 0x8c5f}, {0x8cc1, 0x8cc6}, {0x8d40, 0x8d5f}};

static bool tco_is_bridge(uint32_t id)
{
    for (size_t i = 0; i < BTL_COUNT(tco_bridges); i++) {
        if ((id & 0xffff) == 0x8086 && id >> 16 >= tco_bridges[i].first &&
            id >> 16 <= tco_bridges[i].last)
            return true;
    }
    return false;
}

// How often the timer must end before the machine is reset?
static uint32_t tco_ends(struct watchdog_device *device)
{
    uint32_t smi =
        hardware_read(device, FW_SPACE_IO, device->registers - PM_TCO + PM_SMI_ENABLE, 4);
    return (smi & SMI_OF_TCO) == SMI_OF_TCO ? 1 : 2;
}

static bool tco_find(struct watchdog_device *device)
{
    uint32_t id = hardware_read(device, FW_SPACE_PCI, LPC + PCI_ID, 4);
    if (device->status != FW_SUCCESS || !tco_is_bridge(id))
        return false;
    uint32_t base = hardware_read(device, FW_SPACE_PCI, LPC + LPC_PMBASE, 4) & 0xff80;
    uint32_t acpi = hardware_read(device, FW_SPACE_PCI, LPC + LPC_ACPI_CONTROL, 1);
    uint32_t rcba = hardware_read(device, FW_SPACE_PCI, LPC + LPC_RCBA, 4);
    if (base == 0 || (acpi & 0x80) == 0 || (rcba & 1) == 0) {
        device->fault = "the firmware has not enabled its registers";
        return true;
    }
    device->registers = base + PM_TCO;
    device->control = (rcba & 0xffffc000) + RCBA_CONTROL;
    uint32_t tick = TICK_MS * tco_ends(device);
    device->seconds_min = (TICKS_MIN * tick + 999) / 1000;
    device->seconds_max = TICKS_MAX * tick / 1000;
    device->stop = (struct watchdog_stop){.space = FW_SPACE_IO,
                                          .width = 2,
                                          .address = device->registers + TCO1_CONTROL,
                                          .mask = HALTED,
                                          .value = HALTED};
    return true;
}

static uint32_t tco_read(struct watchdog_device *device, uint32_t offset)
{
    return hardware_read(device, FW_SPACE_IO, device->registers + offset, 2);
}

static void tco_write(struct watchdog_device *device, uint32_t offset, uint32_t value)
{
    hardware_write(device, FW_SPACE_IO, device->registers + offset, 2, value);
}

// Set or clear the bit that forbids the reset. False: a strap of the board holds it.
static bool tco_set_no_reboot(struct watchdog_device *device, uint32_t no_reboot)
{
    uint32_t control = hardware_read(device, FW_SPACE_MEMORY, device->control, 4);
    hardware_write(device, FW_SPACE_MEMORY, device->control, 4, (control & ~NO_REBOOT) | no_reboot);
    return (hardware_read(device, FW_SPACE_MEMORY, device->control, 4) & NO_REBOOT) == no_reboot;
}

static bool tco_set_halted(struct watchdog_device *device, uint32_t halted)
{
    // TCO_LOCK is written back as it is.
    tco_write(device, TCO1_CONTROL, (tco_read(device, TCO1_CONTROL) & ~HALTED) | halted);
    return (tco_read(device, TCO1_CONTROL) & HALTED) == halted;
}

static bool tco_arm(struct watchdog_device *device, uint32_t seconds)
{
    uint32_t ticks = seconds * 1000 / TICK_MS / tco_ends(device);
    tco_set_halted(device, HALTED);
    if (!tco_set_no_reboot(device, 0)) {
        device->fault = "the board forbids it to reset the machine";
        return false;
    }
    ticks = ticks < TICKS_MIN ? TICKS_MIN : ticks > TICKS_MAX ? TICKS_MAX : ticks;
    tco_write(device, TCO_TIMER, (tco_read(device, TCO_TIMER) & ~TICKS_MAX) | ticks);
    // Written bits are cleared: two ends are counted from here.
    tco_write(device, TCO1_STATUS, TIMED_OUT);
    tco_write(device, TCO2_STATUS, SECOND_OUT);
    tco_write(device, TCO2_STATUS, BOOT_STATUS);
    tco_write(device, TCO_RELOAD, 1);
    return (tco_read(device, TCO_TIMER) & TICKS_MAX) == ticks && tco_set_halted(device, 0) &&
           device->status == FW_SUCCESS;
}

static bool tco_disarm(struct watchdog_device *device)
{
    bool halted = tco_set_halted(device, HALTED);
    tco_set_no_reboot(device, NO_REBOOT);
    return halted && device->status == FW_SUCCESS;
}

const struct watchdog_driver tco_driver = {
    .name = "TCO", .find = tco_find, .arm = tco_arm, .disarm = tco_disarm};

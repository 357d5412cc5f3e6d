// SPDX-License-Identifier: BSD-2-Clause
// The mock's hardware watchdogs: the TCO of an ICH9, an i6300esb, and a table WDAT that describes
// the TCO.
#include "mock.h"

#include <string.h>

#define TCO_LPC  0xf8000u // 00:1f.0
#define TCO_BASE 0x660u   // PMBASE 0x600
#define TCO_RCBA 0xfed1c000u
#define ESB_AT   0x120000u // 01:04.0, behind a bridge
#define BRIDGE   0x18000u  // 00:03.0
#define ESB_BAR  0xfebf0000u

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

static uint32_t pci_read(const struct mock_devices *devices, uint64_t address)
{
    if (address == TCO_LPC)
        return devices->tco ? 0x29188086 : UINT32_MAX;
    if (address == TCO_LPC + 0x40)
        return devices->tco_disabled ? 1 : 0x601;
    if (address == TCO_LPC + 0x44)
        return 0x80;
    if (address == TCO_LPC + 0xf0)
        return TCO_RCBA | 1;
    if (address == BRIDGE)
        return devices->esb ? 0x24488086 : UINT32_MAX;
    if (address == BRIDGE + 14)
        return 1;
    if (address == BRIDGE + 25)
        return 1;
    if (address == ESB_AT && devices->esb)
        return 0x25ab8086;
    if (address == ESB_AT + 4)
        return devices->esb_command;
    if (address == ESB_AT + 16)
        return ESB_BAR;
    if (address == ESB_AT + 0x60)
        return devices->esb_config;
    if (address == ESB_AT + 0x68)
        return devices->esb_lock;
    return UINT32_MAX;
}

static uint32_t memory_read(const struct mock_devices *devices, uint64_t address, uint32_t width)
{
    uint32_t value = 0;
    if (address == TCO_RCBA + 0x3410)
        return devices->gcs;
    if (devices->acpi != NULL && address >= devices->acpi_at &&
        address + width <= devices->acpi_at + devices->acpi_size)
        memcpy(&value, devices->acpi + (address - devices->acpi_at), width);
    return value;
}

// ACPI's timer, which counts with the processor's counter.
static uint32_t timer_read(const struct mock *mock)
{
    uint64_t ticks = mock->ticks;
    if (mock->devices.timer_stands != 0 && ticks > mock->devices.timer_stands)
        ticks = mock->devices.timer_stands;
    return (uint32_t)(ticks / 1000 * BTL_FADT_TIMER_RATE / (MOCK_HERTZ / 1000)) &
           mock->devices.timer_mask;
}

static uint32_t io_read(const struct mock_devices *devices, uint64_t address)
{
    switch (address - TCO_BASE) {
    case 8:
        return devices->tco_control;
    case 0x12:
        return devices->tco_timer;
    default:
        return address == 0x630 && devices->tco_smi ? 0x2001 : 0;
    }
}

static fw_status register_read(struct firmware *fw, enum fw_space space, uint64_t address,
                               uint32_t width, uint32_t *ret_value)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_REGISTER_READ))
        return mock->fail_status;
    uint32_t value = space == FW_SPACE_PCI  ? pci_read(&mock->devices, address)
                     : space == FW_SPACE_IO ? io_read(&mock->devices, address)
                                            : memory_read(&mock->devices, address, width);
    if (space == FW_SPACE_IO && address == MOCK_TIMER)
        value = timer_read(mock);
    *ret_value = width == 4 ? value : value & ((1u << 8 * width) - 1);
    return FW_SUCCESS;
}

static void pci_write(struct mock_devices *devices, uint64_t address, uint32_t value)
{
    if (address == ESB_AT + 4)
        devices->esb_command = value;
    else if (address == ESB_AT + 0x60)
        devices->esb_config = value;
    else if (address == ESB_AT + 0x68)
        devices->esb_lock = devices->stuck ? devices->esb_lock : value;
}

// Each write except that of the two words is permitted once, right after them.
static void esb_write(struct mock_devices *devices, uint64_t offset, uint32_t value)
{
    assert_true((devices->esb_command & 2) != 0);
    if (offset == 12 && value == 0x80)
        devices->esb_unlocked = 1;
    else if (offset == 12 && value == 0x86 && devices->esb_unlocked == 1)
        devices->esb_unlocked = 2;
    else {
        assert_int_equal(devices->esb_unlocked, 2);
        devices->esb_unlocked = 0;
        if (offset == 0 || offset == 4)
            devices->esb_timer[offset / 4] = value;
        else
            devices->reloads++;
    }
}

static void memory_write(struct mock_devices *devices, uint64_t address, uint32_t value)
{
    if (address == TCO_RCBA + 0x3410)
        devices->gcs = devices->strapped ? value | 0x20 : value;
    else if (address >= ESB_BAR && address < ESB_BAR + 16)
        esb_write(devices, address - ESB_BAR, value);
    else
        fail_msg("a write to %llx", (unsigned long long)address);
}

static void io_write(struct mock_devices *devices, uint64_t address, uint32_t value)
{
    switch (address - TCO_BASE) {
    case 0:
        devices->reloads++;
        break;
    case 4:
    case 6:
        break;
    case 8:
        devices->tco_control = devices->stuck ? devices->tco_control : value;
        break;
    case 0x12:
        devices->tco_timer = value;
        break;
    default:
        fail_msg("a write to port %llx", (unsigned long long)address);
    }
}

static fw_status register_write(struct firmware *fw, enum fw_space space, uint64_t address,
                                uint32_t width, uint32_t value)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_REGISTER_WRITE))
        return mock->fail_status;
    if (space == FW_SPACE_PCI)
        pci_write(&mock->devices, address, value);
    else if (space == FW_SPACE_IO)
        io_write(&mock->devices, address, value);
    else
        memory_write(&mock->devices, address, value);
    return FW_SUCCESS;
}

uint32_t mock_tco_seconds(const struct mock *mock)
{
    const struct mock_devices *devices = &mock->devices;
    bool runs = devices->tco && (devices->tco_control & 0x800) == 0 && (devices->gcs & 0x20) == 0;
    return runs ? (devices->tco_timer & 0x3ff) * 600 * (devices->tco_smi ? 1 : 2) / 1000 : 0;
}

uint32_t mock_esb_seconds(const struct mock *mock)
{
    const struct mock_devices *devices = &mock->devices;
    bool runs = (devices->esb_lock & 2) != 0 && devices->esb_config == 3;
    return runs ? (devices->esb_timer[0] + devices->esb_timer[1]) / 1024 : 0;
}

void mock_devices(struct firmware *ret)
{
    ret->register_read = register_read;
    ret->register_write = register_write;
}

void mock_devices_begin(struct mock *mock)
{
    mock->devices = (struct mock_devices){.gcs = 0x20, .tco_control = 0x800, .tco_timer = 0xfc04};
}

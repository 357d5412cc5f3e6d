// SPDX-License-Identifier: BSD-2-Clause
// The watchdog that ACPI's table WDAT describes (btl/wdat.h).
#include "device.h"

#include <btl/mem.h>

#define TABLES_MAX 1024u
#define HEADER     36u   // bytes of the header of each table
#define WDAT_MAX   1604u // bytes of one with BTL_WDAT_INSTRUCTIONS_MAX

// ------------------------------------------------------------------------------------ the table

static uint32_t wdat_word(struct watchdog_device *device, uint64_t address)
{
    return hardware_read(device, FW_SPACE_MEMORY, address, 4);
}

static uint64_t wdat_address(struct watchdog_device *device, uint64_t at, uint32_t width)
{
    return wdat_word(device, at) | (width == 8 ? (uint64_t)wdat_word(device, at + 4) << 32 : 0);
}

// Return the length of the ACPI table at `address`; 0: there is no such table.
static uint32_t wdat_table_length(struct watchdog_device *device, uint64_t address,
                                  const char *signature)
{
    if (address == 0 || address % 4 != 0)
        return 0;
    uint32_t found = wdat_word(device, address);
    return memcmp(&found, signature, sizeof(found)) == 0 ? wdat_word(device, address + 4) : 0;
}

// Search the root table, whose entries are addresses of `width` bytes. 0: not found.
static uint64_t wdat_find_in(struct watchdog_device *device, uint64_t root, uint32_t length,
                             uint32_t width)
{
    for (uint32_t i = 0; i < TABLES_MAX && HEADER + (i + 1) * width <= length; i++) {
        uint64_t address = wdat_address(device, root + HEADER + (uint64_t)i * width, width);
        if (wdat_table_length(device, address, "WDAT") != 0)
            return address;
    }
    return 0;
}

// Find WDAT through RSDP and XSDT or RSDT (ACPI 6.5, 5.2.5). 0: not found.
static uint64_t wdat_find_table(struct watchdog_device *device)
{
    uint64_t rsdp = device->acpi_rsdp;
    if (rsdp == 0 || rsdp % 4 != 0)
        return 0;
    uint64_t signature = wdat_address(device, rsdp, 8);
    if (memcmp(&signature, "RSD PTR ", sizeof(signature)) != 0)
        return 0;
    bool has_xsdt = hardware_read(device, FW_SPACE_MEMORY, rsdp + 15, 1) >= 2;
    uint64_t xsdt = has_xsdt ? wdat_address(device, rsdp + 24, 8) : 0;
    uint64_t rsdt = wdat_address(device, rsdp + 16, 4);
    uint32_t length = wdat_table_length(device, xsdt, "XSDT");
    if (length != 0)
        return wdat_find_in(device, xsdt, length, 8);
    length = wdat_table_length(device, rsdt, "RSDT");
    return length != 0 ? wdat_find_in(device, rsdt, length, 4) : 0;
}

// Copy the table and check the copy. Return NULL, or what is wrong.
static const char *wdat_load(struct watchdog_device *device, uint64_t address)
{
    uint8_t table[WDAT_MAX];
    uint32_t length = wdat_table_length(device, address, "WDAT");
    if (length > sizeof(table) || length % 4 != 0)
        return "its length is wrong";
    for (uint32_t at = 0; at < length; at += 4) {
        uint32_t word = wdat_word(device, address + at);
        memcpy(table + at, &word, sizeof(word));
    }
    return btl_wdat_read((struct btl_bytes){table, length}, &device->wdat);
}

// ------------------------------------------------------------------------------- the instructions

// Execute one. Return what a read gives: the countdown, or whether the register has the value.
static uint32_t wdat_execute(struct watchdog_device *device, const struct btl_wdat_instruction *at,
                             uint32_t argument)
{
    enum fw_space space = at->io ? FW_SPACE_IO : FW_SPACE_MEMORY;
    bool reads = at->operation == BTL_WDAT_READ_VALUE || at->operation == BTL_WDAT_READ_COUNTDOWN;
    uint32_t found =
        reads || at->preserve ? hardware_read(device, space, at->address, at->width) : 0;
    if (at->operation == BTL_WDAT_READ_VALUE)
        return (found >> at->shift & at->mask) == at->value;
    if (at->operation == BTL_WDAT_READ_COUNTDOWN)
        return found >> at->shift & at->mask;
    uint32_t value = at->operation == BTL_WDAT_WRITE_VALUE ? at->value : argument;
    hardware_write(device, space, at->address, at->width,
                   (found & ~(at->mask << at->shift)) | (value & at->mask) << at->shift);
    return 0;
}

// Execute all instructions of an action; return what the last one has read.
static uint32_t wdat_run(struct watchdog_device *device, enum btl_wdat_action action,
                         uint32_t argument)
{
    uint32_t result = 0;
    for (uint32_t i = 0; i < device->wdat.instruction_count; i++) {
        if (device->wdat.instructions[i].action == action)
            result = wdat_execute(device, &device->wdat.instructions[i], argument);
    }
    return result;
}

// Fill in the last write that stops the watchdog.
static void wdat_describe_stop(struct watchdog_device *device)
{
    for (uint32_t i = 0; i < device->wdat.instruction_count; i++) {
        const struct btl_wdat_instruction *at = &device->wdat.instructions[i];
        if (at->action == BTL_WDAT_SET_STOPPED && at->operation == BTL_WDAT_WRITE_VALUE)
            device->stop =
                (struct watchdog_stop){.space = at->io ? FW_SPACE_IO : FW_SPACE_MEMORY,
                                       .width = at->width,
                                       .address = at->address,
                                       .mask = at->preserve ? at->mask << at->shift : UINT32_MAX,
                                       .value = (at->value & at->mask) << at->shift};
    }
}

static bool wdat_find(struct watchdog_device *device)
{
    uint64_t table = wdat_find_table(device);
    if (table == 0)
        return false;
    device->fault = wdat_load(device, table);
    if (device->fault != NULL)
        return true;
    btl_wdat_range(&device->wdat, &device->seconds_min, &device->seconds_max);
    wdat_describe_stop(device);
    return true;
}

static bool wdat_arm(struct watchdog_device *device, uint32_t seconds)
{
    wdat_run(device, BTL_WDAT_SET_REBOOT, 0);
    wdat_run(device, BTL_WDAT_SET_COUNTDOWN, btl_wdat_count(&device->wdat, seconds));
    wdat_run(device, BTL_WDAT_RESET, 0);
    wdat_run(device, BTL_WDAT_SET_RUNNING, 0);
    return device->status == FW_SUCCESS && (!btl_wdat_has(&device->wdat, BTL_WDAT_GET_RUNNING) ||
                                            wdat_run(device, BTL_WDAT_GET_RUNNING, 0) != 0);
}

static bool wdat_disarm(struct watchdog_device *device)
{
    wdat_run(device, BTL_WDAT_SET_STOPPED, 0);
    return device->status == FW_SUCCESS && (!btl_wdat_has(&device->wdat, BTL_WDAT_GET_RUNNING) ||
                                            wdat_run(device, BTL_WDAT_GET_RUNNING, 0) == 0);
}

const struct watchdog_driver wdat_driver = {
    .name = "WDAT", .find = wdat_find, .arm = wdat_arm, .disarm = wdat_disarm};

// SPDX-License-Identifier: BSD-2-Clause
// Enumerate PCI through configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2): every bus behind
// a bridge, once.
#include <btl/module.h>

#include "pci.h"
#include "pci/config.h"
#include "pciids.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define MAX_FUNCTIONS  256 // lspci reports how many more exist

enum { HEADER_DEVICE = 0, HEADER_BRIDGE = 1 };
enum { STATUS_CAPABILITIES = 16 };
enum { BAR_PORTS = 1, BAR_TYPE = 6, BAR_64 = 4, BAR_FLAGS = 15 };
enum { BARS = 6, CAPABILITIES_MAX = 48 }; // so many 4-byte capabilities fit above the header

static struct pci_function functions[MAX_FUNCTIONS];
static uint32_t count, lost;
static struct btl_lock config = BTL_LOCK("pci"); // an address is written, then the data

static void pci_select(const struct pci_function *at, uint8_t offset)
{
    port_out32(CONFIG_ADDRESS, 0x80000000u | (uint32_t)at->bus << 16 | (uint32_t)at->device << 11 |
                                   (uint32_t)at->function << 8 | (offset & 0xfcu));
}

uint32_t pci_read32(const struct pci_function *at, uint8_t offset)
{
    lock_acquire(&config);
    pci_select(at, offset);
    uint32_t value = port_in32(CONFIG_DATA);
    lock_release(&config);
    return value;
}

void pci_write32(const struct pci_function *at, uint8_t offset, uint32_t value)
{
    lock_acquire(&config);
    pci_select(at, offset);
    port_out32(CONFIG_DATA, value);
    lock_release(&config);
}

uint8_t pci_capability(const struct pci_function *at, uint8_t id, uint8_t after)
{
    uint32_t status = pci_read32(at, OFFSET_COMMAND) >> 16;
    if ((status & STATUS_CAPABILITIES) == 0)
        return 0;
    uint8_t next = after != 0 ? (uint8_t)(pci_read32(at, after) >> 8)
                              : (uint8_t)pci_read32(at, OFFSET_CAPABILITIES);
    // The list is not trusted: stop if it leaves the space for capabilities or forms a circle.
    for (int i = 0; i < CAPABILITIES_MAX; i++) {
        next &= 0xfc;
        if (next < 0x40)
            return 0;
        uint32_t head = pci_read32(at, next);
        if ((uint8_t)head == id)
            return next;
        next = (uint8_t)(head >> 8);
    }
    return 0;
}

void pci_enable(const struct pci_function *at, bool on)
{
    // Writing 1 clears a status bit; 0 leaves it.
    uint32_t command = pci_read32(at, OFFSET_COMMAND) & 0xffff;
    if (on)
        command |= COMMAND_MEMORY | COMMAND_MASTER;
    else
        command &= ~(uint32_t)COMMAND_MASTER;
    pci_write32(at, OFFSET_COMMAND, command);
}

// Return the writable bits of a register, which give the size of its range.
static uint32_t pci_writable_bits(const struct pci_function *at, uint8_t offset)
{
    uint32_t value = pci_read32(at, offset);
    pci_write32(at, offset, 0xffffffff);
    uint32_t bits = pci_read32(at, offset);
    pci_write32(at, offset, value);
    return bits;
}

bool pci_memory_bar(const struct pci_function *at, unsigned bar, uint64_t *ret_address,
                    uint64_t *ret_size)
{
    uint8_t offset = (uint8_t)(OFFSET_BARS + 4 * bar);
    if (at->header_type != HEADER_DEVICE || bar >= BARS)
        return false;
    uint32_t low = pci_read32(at, offset);
    bool wide = (low & BAR_TYPE) == BAR_64;
    if ((low & BAR_PORTS) != 0 || (wide && bar + 1 == BARS))
        return false;
    // Switch decoding off, so that the device does not answer at the test addresses.
    uint32_t command = pci_read32(at, OFFSET_COMMAND) & 0xffff;
    pci_write32(at, OFFSET_COMMAND, command & ~(uint32_t)COMMAND_MEMORY);
    uint64_t address = low & ~(uint32_t)BAR_FLAGS;
    uint64_t bits = pci_writable_bits(at, offset) & ~(uint32_t)BAR_FLAGS;
    if (wide) {
        address |= (uint64_t)pci_read32(at, offset + 4) << 32;
        bits |= (uint64_t)pci_writable_bits(at, offset + 4) << 32;
    } else if (bits != 0) {
        bits |= 0xffffffffull << 32;
    }
    pci_write32(at, OFFSET_COMMAND, command);
    if (address == 0 || bits == 0)
        return false; // not present, or without an address from the firmware
    *ret_address = address;
    *ret_size = bits & -bits; // the lowest bit
    return true;
}

const struct pci_function *pci_at(uint32_t index)
{
    return index < count ? &functions[index] : NULL;
}

const struct pci_function *pci_find(uint16_t vendor, uint16_t id, const struct pci_function *after)
{
    uint32_t from = after == NULL ? 0 : (uint32_t)(after - functions) + 1;
    for (uint32_t i = from; i < count; i++)
        if (functions[i].vendor == vendor && functions[i].id == id)
            return &functions[i];
    return NULL;
}

// A boot needs no names: pciids is loaded when lspci first calls it.
BTL_STUB("pciids", const char *, pci_vendor_name, (uint16_t vendor), (vendor), NULL);
BTL_STUB("pciids", const char *, pci_class_name, (uint32_t class_code), (class_code), NULL);

// Add one function. False: not present. *ret_header gets its header type, *ret_bus the bus behind
// it, 0 if it is not a bridge.
static bool pci_probe(struct pci_function at, uint8_t *ret_header, uint8_t *ret_bus)
{
    uint32_t id = pci_read32(&at, OFFSET_ID);
    if ((id & 0xffff) == 0xffff)
        return false;
    *ret_header = (uint8_t)(pci_read32(&at, OFFSET_HEADER) >> 16);
    at.vendor = (uint16_t)id;
    at.id = (uint16_t)(id >> 16);
    at.class_code = pci_read32(&at, OFFSET_CLASS) >> 8;
    at.header_type = *ret_header & 0x7f;
    bool bridge = at.header_type == HEADER_BRIDGE;
    *ret_bus = bridge ? (uint8_t)(pci_read32(&at, OFFSET_BUSES) >> 8) : 0;
    if (count < MAX_FUNCTIONS)
        functions[count++] = at;
    else
        lost++;
    return true;
}

static void pci_probe_device(uint8_t bus, uint8_t device, bool reached[256])
{
    uint8_t header = 0, secondary;
    for (uint8_t function = 0; function < 8; function++) {
        struct pci_function at = {.bus = bus, .device = device, .function = function};
        if (pci_probe(at, &header, &secondary))
            reached[secondary] = true;
        if (function == 0 && (header & 0x80) == 0)
            return; // no more functions, or no device at all
    }
}

// The bus behind a bridge has a higher number than the bridge's own: one ascending pass reaches
// every bus. A bridge that was not set up reports bus 0, which changes nothing.
static void pci_enumerate(void)
{
    static bool reached[256];
    memset(reached, 0, sizeof(reached));
    reached[0] = true;
    for (uint32_t bus = 0; bus < 256; bus++)
        for (uint8_t device = 0; reached[bus] && device < 32; device++)
            pci_probe_device((uint8_t)bus, device, reached);
}

static void pci_list(int argc, char **argv)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct pci_function *f = &functions[i];
        const char *vendor = pci_vendor_name(f->vendor);
        const char *class_name = pci_class_name(f->class_code);
        kprintf("%02x:%02x.%x %04x:%04x class %06x", f->bus, f->device, f->function, f->vendor,
                f->id, f->class_code);
        if (vendor != NULL || class_name != NULL)
            kprintf("  %s, %s", vendor != NULL ? vendor : "?", class_name ? class_name : "?");
        kprintf("\n");
    }
    if (lost > 0)
        kprintf("%u more are not listed (MAX_FUNCTIONS of modules/pci.c)\n", lost);
}

static int pci_load(const struct btl_load_args *args)
{
    pci_enumerate();
    if (count == 0) {
        kprintf("pci: no device answers at ports 0xcf8 and 0xcfc\n");
        return BTL_ENODEV;
    }
    kprintf("pci: %u functions\n", count + lost);
    return monitor_add_with("lspci", "", "lists the PCI functions", pci_list);
}

static int pci_unload(void)
{
    monitor_remove("lspci");
    return 0;
}

BTL_MODULE("pci", .load = pci_load, .unload = pci_unload);
BTL_VERSION("1.2");
BTL_DESCRIPTION("enumerates the PCI buses");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
BTL_PROVIDES("pci:1.2");
BTL_EXPORT(pci_at);
BTL_STUB_EXPORT(pci_find);
BTL_EXPORT(pci_read32);
BTL_EXPORT(pci_write32);
BTL_EXPORT(pci_capability);
BTL_EXPORT(pci_memory_bar);
BTL_EXPORT(pci_enable);
BTL_EXPORT(pci_intr_attach);
BTL_EXPORT(pci_intr_kind);

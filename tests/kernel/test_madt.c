// SPDX-License-Identifier: BSD-2-Clause
// The interval timer's interrupt by ACPI tables that are right, damaged or hostile.
#include "world.h"

#include <string.h>

#include "arch/x86_64/madt.h"

// Frames of the memory, from the first that is not frame 0.
enum { RSDP = 0x1000, XSDT = 0x1100, RSDT = 0x1200, MADT = 0x2000, END = 0x3000 };

static uint64_t madt_size;
static struct interrupt_pin pin;

static void put(uint64_t at, uint64_t value, size_t size)
{
    memcpy(phys_to_virt(at), &value, size);
}

static void sum(uint64_t at, uint64_t size, uint64_t checksum)
{
    uint8_t *bytes = phys_to_virt(at), total = 0;

    bytes[checksum] = 0;
    for (uint64_t i = 0; i < size; i++)
        total = (uint8_t)(total + bytes[i]);
    bytes[checksum] = (uint8_t)-total;
}

static void table(uint64_t at, const char *signature, uint64_t size)
{
    memcpy(phys_to_virt(at), signature, 4);
    put(at + 4, size, 4);
    sum(at, size, 9);
}

static void seal(void)
{
    table(MADT, "APIC", madt_size);
}

static void io_apic(uint32_t address, uint32_t first)
{
    uint64_t at = MADT + madt_size;

    put(at, 1 | 12 << 8, 4);
    put(at + 4, address, 4);
    put(at + 8, first, 4);
    madt_size += 12;
    seal();
}

static void override(uint8_t irq, uint32_t gsi, uint16_t flags)
{
    uint64_t at = MADT + madt_size;

    put(at, 2 | 10 << 8, 3);
    put(at + 3, irq, 1);
    put(at + 4, gsi, 4);
    put(at + 8, flags, 2);
    madt_size += 10;
    seal();
}

static int begin(void **state)
{
    host_memory(8);
    world_begin("");
    world_memory(0x1000, END - 0x1000, BTLM_MEM_ACPI_RECLAIM);
    memset(phys_to_virt(0x1000), 0, END - 0x1000);
    madt_size = 44;
    seal();
    put(XSDT + 36, RSDP, 8); // no table at all
    put(XSDT + 44, MADT, 8);
    table(XSDT, "XSDT", 52);
    put(RSDT + 36, MADT, 4);
    table(RSDT, "RSDT", 40);
    memcpy(phys_to_virt(RSDP), "RSD PTR ", 8);
    put(RSDP + 15, 2, 1);
    put(RSDP + 16, RSDT, 4);
    put(RSDP + 24, XSDT, 8);
    sum(RSDP, 36, 32);
    memset(&pin, 0, sizeof(pin));
    world.system.acpi_rsdp = RSDP;
    return 0;
}

static int end(void **state)
{
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

TEST(a_pc_with_an_override)
{
    override(9, 9, 0xd);
    override(0, 2, 0);
    io_apic(0xfec00000, 0);
    assert_true(madt_find_timer(&pin));
    assert_true(pin.io_apic == 0xfec00000 && pin.pin == 2 && !pin.active_low);
}

TEST(without_an_override_it_is_interrupt_0)
{
    io_apic(0xfec00000, 0);
    override(4, 4, 0);
    assert_true(madt_find_timer(&pin));
    assert_int_equal(pin.pin, 0);
}

TEST(the_io_apic_that_holds_the_interrupt)
{
    io_apic(0xfec20000, 48);
    io_apic(0xfec10000, 24);
    io_apic(0xfec00000, 0);
    override(0, 30, 3);
    assert_true(madt_find_timer(&pin));
    assert_true(pin.io_apic == 0xfec10000 && pin.pin == 6 && pin.active_low);
}

TEST(a_timer_that_is_level_triggered)
{
    io_apic(0xfec00000, 0);
    override(0, 2, 0xf);
    assert_false(madt_find_timer(&pin));
}

TEST(acpi_1_has_addresses_of_4_bytes)
{
    io_apic(0xfec00000, 0);
    put(RSDP + 15, 0, 1);
    put(RSDP + 24, 0, 8);
    sum(RSDP, 20, 8);
    assert_true(madt_find_timer(&pin));
}

TEST(no_io_apic)
{
    override(0, 2, 0);
    assert_false(madt_find_timer(&pin));
    world.system.acpi_rsdp = 0;
    assert_false(madt_find_timer(&pin));
}

TEST(checksums_are_looked_at)
{
    static const uint64_t places[] = {RSDP + 20, XSDT + 20, MADT + 20};

    io_apic(0xfec00000, 0);
    for (size_t i = 0; i < BTL_COUNT(places); i++) {
        put(places[i], 1, 1);
        assert_false(madt_find_timer(&pin));
        put(places[i], 0, 1);
        assert_true(madt_find_timer(&pin));
    }
}

TEST(entries_that_are_too_short_or_too_long)
{
    io_apic(0xfec00000, 0);
    put(MADT + 45, 0, 1); // an endless loop
    seal();
    assert_false(madt_find_timer(&pin));
    put(MADT + 45, 13, 1); // past the end
    seal();
    assert_false(madt_find_timer(&pin));
    put(MADT + 45, 11, 1); // less than an I/O APIC has
    seal();
    assert_false(madt_find_timer(&pin));
}

TEST(lengths_that_lead_out_of_memory)
{
    io_apic(0xfec00000, 0);
    put(MADT + 4, 2, 4);
    assert_false(madt_find_timer(&pin));
    put(MADT + 4, END - MADT + 1, 4);
    assert_false(madt_find_timer(&pin));
    put(MADT + 4, UINT32_MAX, 4);
    assert_false(madt_find_timer(&pin));
}

TEST(addresses_that_are_no_memory)
{
    io_apic(0xfec00000, 0);
    world.system.acpi_rsdp = END - 20;
    assert_false(madt_find_timer(&pin));
    world.system.acpi_rsdp = UINT64_MAX - 8;
    assert_false(madt_find_timer(&pin));
    world.system.acpi_rsdp = RSDP;
    put(XSDT + 44, UINT64_MAX - 35, 8);
    table(XSDT, "XSDT", 52);
    assert_false(madt_find_timer(&pin));
    world.memory[0].type = BTLM_MEM_MMIO;
    assert_false(madt_find_timer(&pin));
}

TEST(interrupts_of_devices)
{
    override(9, 9, 0xd);
    override(10, 20, 0xf);
    io_apic(0xfec00000, 0);
    assert_true(madt_find_interrupt(1, &pin)); // no override: edge, high
    assert_true(pin.pin == 1 && !pin.level && !pin.active_low);
    assert_true(madt_find_interrupt(9, &pin));
    assert_true(pin.pin == 9 && pin.level && !pin.active_low);
    assert_true(madt_find_interrupt(10, &pin));
    assert_true(pin.pin == 20 && pin.level && pin.active_low);
    assert_true(madt_find_interrupt(16, &pin)); // a global number: as PCI has it
    assert_true(pin.pin == 16 && pin.level && pin.active_low);
}

TEST(every_io_apic)
{
    uint64_t physical;

    override(0, 2, 0);
    io_apic(0xfec00000, 0);
    io_apic(0xfec10000, 24);
    assert_true(madt_io_apic(0, &physical) && physical == 0xfec00000);
    assert_true(madt_io_apic(1, &physical) && physical == 0xfec10000);
    assert_false(madt_io_apic(2, &physical));
    world.system.acpi_rsdp = 0;
    assert_false(madt_io_apic(0, &physical));
}

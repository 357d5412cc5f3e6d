// SPDX-License-Identifier: BSD-2-Clause
// Addresses of the firmware's tables that can be read without a fault.
#include "world.h"

#include "vm/direct_map.h"

enum { START = 0x1000, END = 0x3000 };

static int begin(void **state)
{
    host_memory(8);
    world_begin("");
    world_memory(START, END - START, BTLM_MEM_ACPI_RECLAIM);
    return 0;
}

static int end(void **state)
{
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

TEST(memory_of_the_map)
{
    assert_ptr_equal(firmware_table(START, END - START), phys_to_virt(START));
    assert_ptr_equal(firmware_table(END - 1, 1), phys_to_virt(END - 1));
    assert_null(firmware_table(START, END - START + 1));
    assert_null(firmware_table(START - 1, 2));
    assert_null(firmware_table(END, 1));
    assert_null(firmware_table(0, 1));
    assert_null(firmware_table(UINT64_MAX - 8, 16));
    assert_null(firmware_table(START, SIZE_MAX));
}

// Tables outside the kernel's own address space are rejected.
TEST(device_registers_and_reserved_ranges)
{
    world.memory[0].type = BTLM_MEM_MMIO;
    assert_null(firmware_table(START, 1));
    world.memory[0].type = BTLM_MEM_RESERVED;
    assert_null(firmware_table(START, 1));
    world.memory[0].attributes = BTLM_WRITE_BACK;
    assert_non_null(firmware_table(START, 1));
}

TEST(the_place_of_a_bios_counts_when_a_table_begins_there)
{
    assert_false(direct_map_has_bios());
    assert_null(firmware_table(0xf04c0, 24));
    world.system.smbios = 0xf04c0;
    assert_true(direct_map_has_bios());
    assert_non_null(firmware_table(0xf04c0, 24));
    assert_non_null(firmware_table(BIOS_START, BIOS_END - BIOS_START));
    assert_null(firmware_table(BIOS_START - 1, 2));
    assert_null(firmware_table(BIOS_END - 1, 2));
    world.system.smbios = BIOS_END;
    assert_false(direct_map_has_bios());
}

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's address space by the memory map: the caching of each page of the direct map, and the
// allocatable memory.
#include "world.h"

#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"

#define DIRECT 0xffff800000000000ull
#define MIB    (1ull << 20)

enum { UC = 1, WC = 2, WT = 4, WB = 8, UCE = 16 };
#define RUNTIME (1ull << 63)

static struct arch_space space;

bool arch_boot_stack(unsigned index, struct arch_range *ret)
{
    return false;
}

static int begin(void **state)
{
    host_memory(512);
    paging_init();
    world_begin("");
    world.system.direct_map = DIRECT;
    return 0;
}

static int end(void **state)
{
    host_memory_end();
    return 0;
}

static void memory(uint64_t start, uint64_t size, enum btlm_memory_type type, uint64_t attributes)
{
    uint64_t at = world.manifest.table[BTLM_MEMORY].count;

    world_memory(start, size, type);
    world.memory[at].attributes = attributes;
}

static void build(void)
{
    world_seal();
    assert_true(vm_space_build(&space));
}

static void assert_mapped(uint64_t physical, uint32_t type)
{
    uint64_t found;
    uint32_t flags;

    assert_true(space_translate(&space, DIRECT + physical, &found, &flags));
    assert_int_equal(found, physical);
    assert_int_equal(flags, BTL_PERM_READ | BTL_PERM_WRITE | type);
}

static void assert_absent(uint64_t physical)
{
    uint64_t found;
    uint32_t flags;

    assert_false(space_translate(&space, DIRECT + physical, &found, &flags));
}

EACH_TEST(begin, end)

// Neighbors have the same type: the cached range must end where the map says.
TEST(memory_without_write_back_is_uncached)
{
    memory(0, 16 * MIB, BTLM_MEM_USABLE, UC | WC | WT | WB);
    memory(16 * MIB, BTL_PAGE_SIZE, BTLM_MEM_USABLE, UC);
    memory(16 * MIB + BTL_PAGE_SIZE, 16 * MIB, BTLM_MEM_USABLE, UC | WB);
    build();
    assert_mapped(0, 0);
    assert_mapped(16 * MIB - 1, 0);
    assert_mapped(16 * MIB, MAP_UNCACHED);
    assert_mapped(16 * MIB + BTL_PAGE_SIZE - 1, MAP_UNCACHED);
    assert_mapped(16 * MIB + BTL_PAGE_SIZE, 0);
    assert_mapped(32 * MIB + BTL_PAGE_SIZE - 1, 0);
}

TEST(every_type_without_write_back_is_uncached)
{
    memory(0, MIB, BTLM_MEM_ACPI_NVS, UCE | RUNTIME);
    memory(MIB, MIB, BTLM_MEM_RUNTIME_DATA, WC | RUNTIME);
    memory(2 * MIB, MIB, BTLM_MEM_BOOT_SERVICES, WT);
    memory(3 * MIB, MIB, BTLM_MEM_RUNTIME_CODE, UC | WB | RUNTIME);
    build();
    assert_mapped(0, MAP_UNCACHED);
    assert_mapped(MIB, MAP_UNCACHED);
    assert_mapped(3 * MIB - 1, MAP_UNCACHED);
    assert_mapped(3 * MIB, 0);
}

TEST(memory_of_which_nothing_is_said_is_cached)
{
    memory(0, MIB, BTLM_MEM_USABLE, 0);
    memory(MIB, MIB, BTLM_MEM_RUNTIME_DATA, RUNTIME);
    build();
    assert_mapped(0, 0);
    assert_mapped(2 * MIB - 1, 0);
}

TEST(device_registers_and_reserved_ranges_are_not_there)
{
    memory(0, MIB, BTLM_MEM_MMIO, UC | RUNTIME);
    memory(MIB, MIB, BTLM_MEM_RESERVED, UC);
    memory(2 * MIB, MIB, BTLM_MEM_RESERVED, WB);
    memory(3 * MIB, MIB, BTLM_MEM_BAD, WB);
    build();
    assert_absent(0);
    assert_absent(2 * MIB - 1);
    assert_mapped(2 * MIB, 0);
    assert_absent(3 * MIB);
}

static enum pf_owner owner(enum btlm_memory_type type, uint64_t attributes)
{
    const struct btlm_memory range = {.type = type, .attributes = attributes};

    return pf_owner_of(&range);
}

TEST(what_cannot_be_cached_is_not_given_out)
{
    assert_int_equal(owner(BTLM_MEM_USABLE, UC | WB), PF_FREE);
    assert_int_equal(owner(BTLM_MEM_USABLE, UC), PF_FIRMWARE);
    assert_int_equal(owner(BTLM_MEM_USABLE, 0), PF_FREE);
    assert_int_equal(owner(BTLM_MEM_BOOT_SERVICES, WB), PF_LOADER);
    assert_int_equal(owner(BTLM_MEM_BOOT_SERVICES, UC | WC), PF_FIRMWARE);
    assert_int_equal(owner(BTLM_MEM_MANIFEST, UC), PF_MANIFEST);
    assert_int_equal(owner(BTLM_MEM_RESERVED, WB), PF_FIRMWARE);
}

// Ranges in the map keep their permissions; the rest is read-only.
TEST(the_place_of_a_bios_is_there_when_a_table_is)
{
    uint64_t found;
    uint32_t flags;

    memory(0, 0xf0000, BTLM_MEM_USABLE, WB);
    build();
    assert_absent(0xf0000);
    world.system.acpi_rsdp = 0xf04c0;
    build();
    assert_mapped(0xe0000, 0);
    assert_true(space_translate(&space, DIRECT + 0xf04c0, &found, &flags));
    assert_true(found == 0xf04c0 && flags == (BTL_PERM_READ | MAP_UNCACHED));
    assert_absent(0x100000);
}

// A firmware may have a part of the framebuffer in its memory map, at either end.
TEST(a_framebuffer_is_mapped_where_memory_is_not)
{
    memory(0, 3 * MIB, BTLM_MEM_USABLE, WB);
    memory(9 * MIB, MIB, BTLM_MEM_RESERVED, WB);
    world.system.framebuffer = 2 * MIB;
    world.system.framebuffer_size = 8 * MIB;
    world.system.framebuffer_format = 1;
    build();
    assert_mapped(3 * MIB - 1, 0);
    assert_mapped(3 * MIB, MAP_WRITE_COMBINING);
    assert_mapped(9 * MIB - 1, MAP_WRITE_COMBINING);
    assert_mapped(9 * MIB, 0);
    assert_mapped(10 * MIB - 1, 0);
    assert_absent(10 * MIB);
}

TEST(device_registers_are_never_cached)
{
    const struct btlm_memory silent = {.type = BTLM_MEM_MMIO},
                             wrong = {.type = BTLM_MEM_MMIO, .attributes = WB};

    assert_false(btlm_is_write_back(&silent));
    assert_false(btlm_is_write_back(&wrong));
}

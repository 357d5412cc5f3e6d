// SPDX-License-Identifier: BSD-2-Clause
#include "firmware.h"

#include <string.h>

#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "firmware/efi_runtime.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"

#include <btl/boot_state.h>

enum { SERVICES = 0x100, GET = 0x10, SET = 0x20, RESET = 0x30 }; // in its pages

struct firmware firmware;
static struct arch_space kernel_space;
static uint64_t kernel_half;

struct arch_space *vm_space(void)
{
    return &kernel_space;
}

static void put_pointer(uint64_t physical, uint64_t value)
{
    memcpy(phys_to_virt(physical), &value, sizeof(value));
}

// A page of the kernel's half, to check that another space has that half.
#define KERNEL_ADDRESS 0xffffffff80000000ull

int firmware_group_begin(void **state)
{
    host_memory(2048);
    paging_init();
    assert_true(arch_space_create(&kernel_space));
    assert_true(pages_alloc(1, PF_KERNEL, &kernel_half));
    assert_true(space_map(&kernel_space, KERNEL_ADDRESS, kernel_half, BTL_PAGE_SIZE, 1));
    assert_true(pages_alloc(1, PF_FIRMWARE, &firmware.table));
    assert_true(pages_alloc(1, PF_FIRMWARE, &firmware.code));
    return 0;
}

int firmware_group_end(void **state)
{
    host_memory_end();
    return 0;
}

int firmware_begin(void **state)
{
    firmware = (struct firmware){.table = firmware.table, .code = firmware.code};
    arch_space_use(&kernel_space);
    host_clear();
    world_begin("");
    world.system.efi_system_table = firmware.table;
    world_memory(firmware.table, BTL_PAGE_SIZE, BTLM_MEM_RUNTIME_DATA);
    world_memory(firmware.code, BTL_PAGE_SIZE, BTLM_MEM_RUNTIME_CODE);
    put_pointer(firmware.table + 88, firmware.table + SERVICES);
    put_pointer(firmware.table + SERVICES + 72, firmware.code + GET);
    put_pointer(firmware.table + SERVICES + 88, firmware.code + SET);
    put_pointer(firmware.table + SERVICES + 104, firmware.code + RESET);
    return 0;
}

struct firmware_variable *firmware_find(const char *name)
{
    for (size_t i = 0; i < FIRMWARE_VARIABLES; i++)
        if (name[0] != '\0' && strcmp(firmware.variable[i].name, name) == 0)
            return &firmware.variable[i];
    return NULL;
}

void firmware_store(const char *name, const void *data, uint64_t size, uint32_t attributes)
{
    struct firmware_variable *to = firmware_find(name);

    for (size_t i = 0; to == NULL && i < FIRMWARE_VARIABLES; i++)
        if (firmware.variable[i].name[0] == '\0')
            to = &firmware.variable[i];
    assert_non_null(to);
    assert_true(size <= sizeof(to->data));
    *to = (struct firmware_variable){.size = size, .attributes = attributes};
    strncpy(to->name, name, sizeof(to->name) - 1);
    memcpy(to->data, data, size);
}

// Return the firmware's memory at an address of the active address space.
static void *seen(uint64_t address, uint64_t size, uint32_t wanted)
{
    struct arch_space space = {cpu_cr3};
    uint64_t physical;
    uint32_t flags;

    assert_true(address % BTL_PAGE_SIZE + size <= BTL_PAGE_SIZE);
    assert_true(space_translate(&space, address, &physical, &flags));
    assert_int_equal(flags & wanted, wanted);
    assert_int_equal(physical, address); // physical mode
    return phys_to_virt(physical);
}

static void read_name(uint64_t at, uint64_t guid, char to[static 32])
{
    static const uint8_t ours[16] = BTL_VARIABLE_GUID;
    const uint16_t *name = seen(at, 64, BTL_PERM_READ);
    size_t i = 0;

    for (; i < 31 && name[i] != 0; i++)
        to[i] = (char)name[i];
    to[i] = '\0';
    assert_memory_equal(seen(guid, 16, BTL_PERM_READ), ours, 16);
}

static uint64_t get(const char *name, uint32_t *attributes, uint64_t *size, uint64_t data)
{
    const struct firmware_variable *from = firmware_find(name);

    firmware.gets++;
    if (firmware.get_status != EFI_SUCCESS)
        return firmware.get_status;
    if (from == NULL)
        return EFI_NOT_FOUND;
    *attributes = from->attributes;
    if (from->size > *size) {
        *size = from->size;
        return EFI_BUFFER_TOO_SMALL;
    }
    memcpy(seen(data, from->size, BTL_PERM_WRITE), from->data, from->size);
    *size = firmware.lies ? *size + 1 : from->size;
    return EFI_SUCCESS;
}

static uint64_t set(const char *name, uint32_t attributes, uint64_t size, uint64_t data)
{
    struct firmware_variable *to = firmware_find(name);

    firmware.sets++;
    if (firmware.set_status != EFI_SUCCESS)
        return firmware.set_status;
    if (attributes == 0 || size == 0) {
        if (to == NULL)
            return EFI_NOT_FOUND;
        to->name[0] = '\0';
        return EFI_SUCCESS;
    }
    if (to != NULL && to->attributes != attributes)
        return EFI_ERROR(2);
    firmware_store(name, seen(data, size, BTL_PERM_READ), size, attributes);
    return EFI_SUCCESS;
}

const bool arch_efi_needs_space = true;

uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e)
{
    struct arch_space space = {cpu_cr3};
    uint64_t physical;
    uint32_t flags;
    char name[32];

    assert_int_not_equal(cpu_cr3, kernel_space.root);
    assert_true(space_translate(&space, KERNEL_ADDRESS, &physical, &flags)); // stack and code
    seen(function, 1, BTL_PERM_EXEC);
    if (firmware.during != NULL)
        firmware.during();
    if (function == firmware.code + RESET) {
        firmware.resets++;
        return EFI_SUCCESS;
    }
    read_name(a, b, name);
    if (function == firmware.code + GET)
        return get(name, seen(c, 4, BTL_PERM_WRITE), seen(d, 8, BTL_PERM_WRITE), e);
    assert_int_equal(function, firmware.code + SET);
    return set(name, (uint32_t)c, d, e);
}

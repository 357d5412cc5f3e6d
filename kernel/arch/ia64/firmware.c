// SPDX-License-Identifier: BSD-2-Clause
// Firmware is called in physical mode (UEFI, 2.3.3; SAL specification, 2.1), with stacks at
// physical addresses. An interruption in the firmware cannot return: the vectors are at a virtual
// address.
#include "arch/ia64/firmware.h"

#include "arch/ia64/cpu.h"
#include "arch/ia64/traps.h"
#include "base/arch.h"
#include "base/handoff.h"
#include "firmware/efi_runtime.h"

#include <btl/kernel.h>

#define STACK_SIZE 0x8000

static uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));
static uint8_t backing_store[STACK_SIZE] __attribute__((aligned(512)));

static struct firmware_result firmware_call_pinned(struct descriptor function,
                                                   const uint64_t arguments[8])
{
    const struct descriptor *linked = (const void *)firmware_call_physical;
    // In the pinned page (ivt.S). A volatile pointer: the compiler would call what it sees.
    struct descriptor code = {IVT_VIRTUAL + (linked->entry - (uint64_t)ivt), linked->gp};
    const struct descriptor *volatile pinned = &code;
    struct firmware_call call = {
        .entry = function.entry,
        .gp = function.gp,
        .sp = physical_of(stack) + STACK_SIZE - 16,
        .backing_store = physical_of(backing_store),
        .vectors = physical_of(ivt),
    };

    memcpy(call.arguments, arguments, sizeof(call.arguments));
    __asm__ volatile("" : : "r"(&code) : "memory");
    return ((struct firmware_result(*)(const struct firmware_call *))(uintptr_t)pinned)(&call);
}

const bool arch_efi_needs_space = false;

// `function` is the physical address of a descriptor.
uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e)
{
    struct descriptor descriptor;

    memcpy(&descriptor, phys_to_virt(function), sizeof(descriptor));
    return firmware_call_pinned(descriptor, (const uint64_t[8]){a, b, c, d, e}).status;
}

// Offsets in EFI_SYSTEM_TABLE and EFI_RUNTIME_SERVICES (UEFI 2.10, 4.3 and 4.5) and in the SAL
// system table (SAL, 3.2.2).
enum { TABLE_RUNTIME = 88, RUNTIME_RESET = 104 };
enum { TABLE_COUNT = 104, TABLE_LIST = 112, TABLE_ENTRY = 24, TABLES_MAX = 256 };
enum { SAL_COUNT = 10, SAL_ENTRIES = 96, SAL_PROC = 16 };

static const uint8_t sal_guid[16] = {0x32, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                     0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};

static uint64_t read64(uint64_t physical)
{
    uint64_t value;

    memcpy(&value, phys_to_virt(physical), sizeof(value));
    return value;
}

static uint64_t find_sal_table(void)
{
    uint64_t table = handoff_ready() ? boot_system()->efi_system_table : 0, count, list;

    if (table == 0)
        return 0;
    count = read64(table + TABLE_COUNT);
    list = read64(table + TABLE_LIST);
    for (uint64_t i = 0; i < count && i < TABLES_MAX; i++)
        if (memcmp(phys_to_virt(list + i * TABLE_ENTRY), sal_guid, sizeof(sal_guid)) == 0)
            return read64(list + i * TABLE_ENTRY + sizeof(sal_guid));
    return 0;
}

// Find the entry points in the first entry of the table: entries are in the order of their types.
static bool find_sal(struct descriptor *ret)
{
    uint64_t table = find_sal_table();
    uint16_t count;

    if (table == 0 || memcmp(phys_to_virt(table), "SST_", 4) != 0)
        return false;
    memcpy(&count, phys_to_virt(table + SAL_COUNT), sizeof(count));
    if (count == 0 || *(const uint8_t *)phys_to_virt(table + SAL_ENTRIES) != 0)
        return false;
    memcpy(ret, phys_to_virt(table + SAL_ENTRIES + SAL_PROC), sizeof(*ret));
    return ret->entry != 0;
}

bool sal_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t *ret)
{
    static struct descriptor sal;
    struct firmware_result result;

    if (sal.entry == 0 && !find_sal(&sal))
        return false;
    result = firmware_call_pinned(sal, (const uint64_t[8]){function, a, b, c, d});
    *ret = result.value;
    return result.status == 0;
}

// ResetSystem needs no address space here, and so works in phase 1 too.
static void reset_system(uint64_t type)
{
    uint64_t table = handoff_ready() ? boot_system()->efi_system_table : 0, until;

    if (table == 0)
        return;
    arch_efi_call(read64(read64(table + TABLE_RUNTIME) + RUNTIME_RESET), type, 0, 0, 0, 0);
    until = time_ticks() + time_ticks_per_second(); // some firmware resets later
    while (time_ticks() < until)
        arch_pause();
}

// No device returns an exit status; the report on the serial line has the result.
void arch_debug_exit(bool good)
{
    reset_system(EFI_RESET_SHUTDOWN);
}

// Only the firmware can reset an ia64 machine.
void arch_reset(void)
{
    reset_system(EFI_RESET_COLD);
}

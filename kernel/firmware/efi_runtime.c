// SPDX-License-Identifier: BSD-2-Clause
// Runtime services run identity-mapped: SetVirtualAddressMap is never called. The kernel's own
// space has no identity map, so calls use a second space: the kernel's half beside an identity map
// of the ranges that the firmware marks for run time, and of one page for the arguments of calls.
//
// Permissions there follow the EFI_MEMORY_RO and EFI_MEMORY_XP bits of the memory map. Most
// firmware sets neither and keeps code and data of its drivers in one range. Then runtime code
// ranges are mapped RWX, but only in this space, which is in use only during a call. No such
// mapping exists in the space in which the kernel and modules run.
//
// An architecture that calls the firmware with translation off needs no such space.
#include "firmware/efi_runtime.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"

#include <btl/boot_state.h>
#include <btl/kernel.h>

#define EFI_MEMORY_RUNTIME (1ull << 63)
#define EFI_MEMORY_XP      (1ull << 14)
#define EFI_MEMORY_RO      (1ull << 17)

// Offsets in EFI_SYSTEM_TABLE and EFI_RUNTIME_SERVICES (UEFI 2.10, 4.3 and 4.5).
#define SYSTEM_TABLE_RUNTIME 88
#define RUNTIME_GET_VARIABLE 72
#define RUNTIME_SET_VARIABLE 88
#define RUNTIME_RESET_SYSTEM 104

// The arguments and results of a call, in a page that the firmware sees at its physical address.
struct call_page {
    uint16_t name[32];
    uint8_t guid[16];
    uint64_t size;
    uint32_t attributes;
    uint8_t data[EFI_VARIABLE_MAX];
};
_Static_assert(sizeof(struct call_page) <= BTL_PAGE_SIZE, "one page");

static struct {
    bool tried, built, calling;
    struct arch_space space;
    uint64_t page; // physical
} runtime;

static uint32_t runtime_flags_of(const struct btlm_memory *range)
{
    uint32_t flags = BTL_PERM_READ;
    bool code = range->type == BTLM_MEM_RUNTIME_CODE;

    if (!btlm_is_write_back(range))
        flags |= MAP_UNCACHED;
    if (!(range->attributes & EFI_MEMORY_RO))
        flags |= BTL_PERM_WRITE;
    if (code && !(range->attributes & EFI_MEMORY_XP))
        flags |= BTL_PERM_EXEC | MAP_FIRMWARE;
    return flags;
}

static bool runtime_has_range(const struct btlm_memory *range)
{
    return range->type == BTLM_MEM_RUNTIME_CODE || range->type == BTLM_MEM_RUNTIME_DATA ||
           (range->attributes & EFI_MEMORY_RUNTIME);
}

static const struct btlm_memory *runtime_range(uint64_t index)
{
    return btl_manifest_entry(handoff_manifest(), BTLM_MEMORY, index);
}

static uint64_t runtime_range_count(void)
{
    return btl_manifest_count(handoff_manifest(), BTLM_MEMORY);
}

static bool runtime_map(struct arch_space *space)
{
    for (uint64_t i = 0; i < runtime_range_count(); i++) {
        const struct btlm_memory *range = runtime_range(i);
        if (runtime_has_range(range) &&
            !space_map(space, range->start, range->start, range->size, runtime_flags_of(range)))
            return false;
    }
    return true;
}

static bool runtime_build_space(void)
{
    return arch_space_create_beside(vm_space(), &runtime.space) && runtime_map(&runtime.space) &&
           space_map(&runtime.space, runtime.page, runtime.page, BTL_PAGE_SIZE,
                     BTL_PERM_READ | BTL_PERM_WRITE);
}

// Prepare calls, once. A failed attempt does not free its memory: the machine is out of memory
// then.
static bool runtime_prepare(void)
{
    if (runtime.tried)
        return runtime.built;
    runtime.tried = true;
    runtime.built =
        pages_alloc(1, PF_PAGES, &runtime.page) && (!arch_efi_needs_space || runtime_build_space());
    return runtime.built;
}

static void runtime_use_space(const struct arch_space *space)
{
    if (arch_efi_needs_space)
        arch_space_use(space);
}

// Only memory that the firmware keeps for run time is mapped; tables and functions must be in it.
static bool runtime_holds(uint64_t physical, uint64_t size)
{
    for (uint64_t i = 0; i < runtime_range_count(); i++) {
        const struct btlm_memory *range = runtime_range(i);
        if (runtime_has_range(range) && physical >= range->start &&
            btl_in_range(physical - range->start, size, range->size))
            return true;
    }
    return false;
}

static bool runtime_read_pointer(uint64_t physical, uint64_t *ret)
{
    if (!runtime_holds(physical, sizeof(*ret)))
        return false;
    memcpy(ret, phys_to_virt(physical), sizeof(*ret));
    return true;
}

// Find the service at `offset` of the table of runtime services. False: there is none.
static bool runtime_find_service(uint64_t offset, uint64_t *ret_function)
{
    uint64_t table = boot_system()->efi_system_table, services;

    return table != 0 && runtime_read_pointer(table + SYSTEM_TABLE_RUNTIME, &services) &&
           runtime_read_pointer(services + offset, ret_function) && runtime_holds(*ret_function, 1);
}

bool efi_runtime_usable(void)
{
    uint64_t function;

    return vm_ready() && runtime_find_service(RUNTIME_SET_VARIABLE, &function) && runtime_prepare();
}

// A call inside another one (from a panic in the middle of it) is refused: it would find the
// firmware's own state half changed.
static efi_status runtime_call(uint64_t offset, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                               uint64_t e)
{
    uint64_t function;
    efi_status status;
    bool on;

    if (!vm_ready() || !runtime_find_service(offset, &function) || !runtime_prepare())
        return EFI_UNSUPPORTED;
    if (runtime.calling)
        return EFI_NOT_READY;
    runtime.calling = true;
    on = arch_interrupts_off(); // another address space, and code that may not expect them
    runtime_use_space(&runtime.space);
    status = arch_efi_call(function, a, b, c, d, e);
    runtime_use_space(vm_space());
    arch_interrupts_restore(on);
    runtime.calling = false;
    return status;
}

void efi_reset_system(enum efi_reset type)
{
    runtime_call(RUNTIME_RESET_SYSTEM, type, 0, 0, 0, 0);
}

// Fill in the name (ASCII, as UTF-16) and GUID of a variable.
static bool runtime_name_variable(const char *name, struct call_page **ret)
{
    static const uint8_t guid[16] = BTL_VARIABLE_GUID;
    struct call_page *page;
    size_t len = 0;

    if (!efi_runtime_usable() || runtime.calling)
        return false;
    page = phys_to_virt(runtime.page);
    for (; name[len] != '\0'; len++) {
        if (len + 1 >= BTL_COUNT(page->name))
            return false;
        page->name[len] = (uint8_t)name[len];
    }
    page->name[len] = 0;
    memcpy(page->guid, guid, sizeof(guid));
    page->attributes = 0;
    *ret = page;
    return true;
}

// The physical address of a field of the page.
#define PAGE_FIELD(field) (runtime.page + offsetof(struct call_page, field))

efi_status efi_variable_get(const char *name, void *buf, uint64_t *size, uint32_t *ret_attributes)
{
    struct call_page *page;
    uint64_t buf_size = *size < EFI_VARIABLE_MAX ? *size : EFI_VARIABLE_MAX;
    efi_status status;

    if (!runtime_name_variable(name, &page))
        return runtime.calling ? EFI_NOT_READY : EFI_UNSUPPORTED;
    page->size = buf_size;
    status = runtime_call(RUNTIME_GET_VARIABLE, PAGE_FIELD(name), PAGE_FIELD(guid),
                          PAGE_FIELD(attributes), PAGE_FIELD(size), PAGE_FIELD(data));
    if (status != EFI_SUCCESS)
        return status;
    if (page->size > buf_size)
        return EFI_DEVICE_ERROR;
    memcpy(buf, page->data, page->size);
    *size = page->size;
    *ret_attributes = page->attributes;
    return EFI_SUCCESS;
}

efi_status efi_variable_set(const char *name, const void *data, uint64_t size)
{
    struct call_page *page;

    if (size > EFI_VARIABLE_MAX)
        return EFI_BUFFER_TOO_SMALL;
    if (!runtime_name_variable(name, &page))
        return runtime.calling ? EFI_NOT_READY : EFI_UNSUPPORTED;
    if (size > 0)
        memcpy(page->data, data, size);
    return runtime_call(RUNTIME_SET_VARIABLE, PAGE_FIELD(name), PAGE_FIELD(guid),
                        size > 0 ? BTL_VARIABLE_ATTRIBUTES : 0, size, PAGE_FIELD(data));
}

const char *efi_status_text(efi_status status)
{
    switch (status) {
    case EFI_SUCCESS:
        return "success";
    case EFI_INVALID_PARAMETER:
        return "invalid parameter";
    case EFI_UNSUPPORTED:
        return "not supported";
    case EFI_BUFFER_TOO_SMALL:
        return "buffer too small";
    case EFI_NOT_READY:
        return "not ready";
    case EFI_DEVICE_ERROR:
        return "device error";
    case EFI_ERROR(8):
        return "write protected";
    case EFI_ERROR(9):
        return "out of resources";
    case EFI_NOT_FOUND:
        return "not found";
    case EFI_ERROR(26):
        return "security violation";
    default:
        return "an error that the kernel does not know";
    }
}

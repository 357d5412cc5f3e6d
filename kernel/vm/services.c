// SPDX-License-Identifier: BSD-2-Clause
// The page-frame services that modules may call, from phase 2 on.
#include "base/lock.h"
#include "base/symbols.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"
#include "vm/window.h"

#include <btl/kernel.h>

// In phase 1 no page frame has an owner: an early caller could get memory that is in use.
static void require_vm(const char *function, const void *caller)
{
    struct btl_str name;

    handler_forbid(function, caller);
    if (vm_ready())
        return;
    name = symbol_owner((uint64_t)(uintptr_t)caller);
    kpanic("%s() called by %pS in phase 1 (BOOT1): page-frame services start with phase 2; "
           "use kmem_alloc(), or configure the module BOOT2",
           function, &name);
}

uint64_t page_alloc(size_t count)
{
    uint64_t physical;

    require_vm("page_alloc", __builtin_return_address(0));
    return pages_alloc(count, PF_PAGES, &physical) ? physical : 0;
}

void page_free(uint64_t physical, size_t count)
{
    require_vm("page_free", __builtin_return_address(0));
    pages_free(physical, count, PF_PAGES);
}

// Memory with an owner is cached; a second, uncached mapping of it would be incoherent.
static bool device_range_is_memory(uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += BTL_PAGE_SIZE) {
        const struct pfdat *pf = pfdat_of(at);
        if (pf == NULL)
            return false;
        if (pf->owner != PF_HOLE && pf->owner != PF_FIRMWARE)
            return true;
    }
    return false;
}

// A page has one memory type in all mappings: that of the direct map if the page is in it (tables
// of the firmware, the framebuffer).
static uint32_t device_memory_type(uint64_t physical)
{
    uint64_t found;
    uint32_t flags;

    if (!space_translate(vm_space(), (uint64_t)(uintptr_t)phys_to_virt(physical), &found, &flags))
        return MAP_UNCACHED;
    return flags & (MAP_UNCACHED | MAP_WRITE_COMBINING);
}

static bool device_map_pages(uint64_t address, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; address += next - start, start = next) {
        uint32_t type = device_memory_type(start);

        next = start + BTL_PAGE_SIZE;
        while (next < end && device_memory_type(next) == type)
            next += BTL_PAGE_SIZE;
        if (!space_map(vm_space(), address, start, next - start,
                       BTL_PERM_READ | BTL_PERM_WRITE | type))
            return false;
    }
    return true;
}

void *map_device(uint64_t physical, size_t size)
{
    uint64_t start = physical & ~(uint64_t)(BTL_PAGE_SIZE - 1), end, address;

    require_vm("map_device", __builtin_return_address(0));
    if (size == 0 || !btl_add(physical, size, &end) || !btl_round_up(end, BTL_PAGE_SIZE, &end) ||
        device_range_is_memory(start, end) || !window_alloc(end - start, BTL_PAGE_SIZE, &address))
        return NULL;
    if (!device_map_pages(address, start, end)) {
        space_unmap(vm_space(), address, end - start);
        window_free(address, end - start);
        return NULL;
    }
    return (void *)(uintptr_t)(address + (physical - start));
}

void unmap_device(void *mapping, size_t size)
{
    uint64_t at = (uint64_t)(uintptr_t)mapping, start = at & ~(uint64_t)(BTL_PAGE_SIZE - 1), end;

    require_vm("unmap_device", __builtin_return_address(0));
    if (mapping == NULL || !btl_round_up(at + size, BTL_PAGE_SIZE, &end))
        return;
    space_unmap(vm_space(), start, end - start);
    window_free(start, end - start);
}

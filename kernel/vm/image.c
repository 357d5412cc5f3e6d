// SPDX-License-Identifier: BSD-2-Clause
// Memory of module images: pages that are contiguous only in the window.
#include "vm/vm.h"

#include "vm/page.h"
#include "vm/tables.h"
#include "vm/window.h"

#include <btl/kernel.h>

// Call `visit` for each physically contiguous run of a mapped range.
static bool image_for_each_run(uint64_t address, uint64_t size,
                               bool (*visit)(uint64_t physical, uint64_t size))
{
    uint64_t start = 0, run = 0, physical;
    uint32_t flags;

    for (uint64_t at = 0; at < size; at += BTL_PAGE_SIZE) {
        if (!space_translate(vm_space(), address + at, &physical, &flags))
            kpanic("image at 0x%lx: page 0x%lx is not mapped", address, at);
        if (run > 0 && physical != start + run) {
            if (!visit(start, run))
                return false;
            run = 0;
        }
        if (run == 0)
            start = physical;
        run += BTL_PAGE_SIZE;
    }
    return run == 0 || visit(start, run);
}

static bool image_protect_alias(uint64_t physical, uint64_t size)
{
    return space_protect(vm_space(), (uint64_t)(uintptr_t)phys_to_virt(physical), size,
                         BTL_PERM_READ);
}

static bool image_free_run(uint64_t physical, uint64_t size)
{
    // Cannot fail: sealing has split the pages already, or nothing changes.
    space_protect(vm_space(), (uint64_t)(uintptr_t)phys_to_virt(physical), size,
                  BTL_PERM_READ | BTL_PERM_WRITE);
    pages_free(physical, size / BTL_PAGE_SIZE, PF_MODULE);
    return true;
}

// Map pages at [address, address + size), in runs as long as possible.
static bool image_map_pages(uint64_t address, uint64_t size, uint64_t *ret_done)
{
    uint64_t run = size / BTL_PAGE_SIZE, done = 0, physical;

    while (done < size) {
        if (run > (size - done) / BTL_PAGE_SIZE)
            run = (size - done) / BTL_PAGE_SIZE;
        if (!pages_alloc_raw(run, PF_MODULE, &physical)) {
            if (run == 1)
                break;
            run /= 2;
            continue;
        }
        if (!space_map(vm_space(), address + done, physical, run * BTL_PAGE_SIZE,
                       BTL_PERM_READ | BTL_PERM_WRITE)) {
            space_unmap(vm_space(), address + done, run * BTL_PAGE_SIZE);
            pages_free(physical, run, PF_MODULE);
            break;
        }
        done += run * BTL_PAGE_SIZE;
    }
    *ret_done = done;
    return done == size;
}

bool vm_image_alloc(uint64_t size, uint64_t align, uint64_t *ret_address)
{
    uint64_t address, done;

    if (!window_alloc(size, align, &address))
        return false;
    if (!image_map_pages(address, size, &done)) {
        image_for_each_run(address, done, image_free_run);
        space_unmap(vm_space(), address, done);
        window_free(address, size);
        return false;
    }
    *ret_address = address;
    return true;
}

bool vm_image_seal(uint64_t address, const struct btl_segment segment[BTL_SEGS])
{
    for (int kind = 0; kind < BTL_SEGS; kind++) {
        uint64_t start = address + segment[kind].offset, size = segment[kind].size;

        if (size == 0)
            continue;
        if (segment[kind].perm & BTL_PERM_EXEC)
            arch_sync_code(start, size);
        if (!space_protect(vm_space(), start, size, segment[kind].perm))
            return false;
        if (!(segment[kind].perm & BTL_PERM_WRITE) &&
            !image_for_each_run(start, size, image_protect_alias))
            return false;
    }
    return true;
}

void vm_image_free(uint64_t address, uint64_t size)
{
    image_for_each_run(address, size, image_free_run);
    space_unmap(vm_space(), address, size);
    window_free(address, size);
}

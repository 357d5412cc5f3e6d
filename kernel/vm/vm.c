// SPDX-License-Identifier: BSD-2-Clause
// The start of virtual memory. Each step may use the results of the steps before it.
#include "vm/vm.h"

#include "base/handoff.h"
#include "base/timeline.h"
#include "vm/kmem.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/window.h"

#include <btl/aslr.h>
#include <btl/kernel.h>

static struct arch_space kernel_space;
static bool begun, ready;

bool vm_begun(void)
{
    return begun;
}

bool vm_ready(void)
{
    return ready;
}

struct arch_space *vm_space(void)
{
    return &kernel_space;
}

static uint64_t vm_range_count(void)
{
    return btl_manifest_count(handoff_manifest(), BTLM_MEMORY);
}

static const struct btlm_memory *vm_range(uint64_t index)
{
    return btl_manifest_entry(handoff_manifest(), BTLM_MEMORY, index);
}

// The table of page frames ends with the last memory that the kernel can ever own.
static uint64_t vm_frames_needed(void)
{
    uint64_t end = 0;

    for (uint64_t i = 0; i < vm_range_count(); i++)
        if (pf_owner_of(vm_range(i)) != PF_FIRMWARE)
            end = vm_range(i)->start + vm_range(i)->size;
    return end / BTL_PAGE_SIZE < UINT32_MAX ? end / BTL_PAGE_SIZE : UINT32_MAX - 1;
}

// Return an address for the table in the highest usable range that holds it: low memory is left to
// devices that need it.
static uint64_t vm_place_pfdat(uint64_t size)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());

    for (uint64_t i = vm_range_count(); i-- > 0;) {
        const struct btlm_memory *range = vm_range(i);
        if (pf_owner_of(range) == PF_FREE && range->size >= size && range->start > 0 &&
            range->start + range->size <= system->direct_map_size)
            return range->start + range->size - size;
    }
    kpanic("no free memory in one piece for the page frame table (%lu KiB)", (size >> 10));
}

static void vm_build_pfdat(void)
{
    uint64_t frames = vm_frames_needed(), size, place;
    struct arch_range stack;

    size = (frames * sizeof(struct pfdat) + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1);
    place = vm_place_pfdat(size);
    page_init(phys_to_virt(place), frames);
    for (uint64_t i = 0; i < vm_range_count(); i++) {
        uint64_t start = vm_range(i)->start, end = start + vm_range(i)->size;
        enum pf_owner owner = pf_owner_of(vm_range(i));
        bool holds_table = place >= start && place < end; // at its end, see vm_place_pfdat()

        pages_set_owner(start, (holds_table ? place : end) - start, owner);
    }
    pages_set_owner(place, size, PF_PFDAT);
    for (unsigned i = 0; arch_boot_stack(i, &stack); i++)
        pages_set_owner(stack.physical, stack.size, PF_KERNEL);
}

// Free the pages of `owner` in [physical, physical + size); return how many.
static uint64_t vm_release_owned(uint64_t physical, uint64_t size, enum pf_owner owner)
{
    uint64_t end = physical + size, released = 0, run = 0;

    for (uint64_t at = physical; at <= end; at += BTL_PAGE_SIZE) {
        const struct pfdat *pf = at < end ? pfdat_of(at) : NULL;
        if (pf != NULL && pf->owner == owner) {
            run++;
        } else if (run > 0) {
            pages_free(at - run * BTL_PAGE_SIZE, run, owner);
            released += run;
            run = 0;
        }
        if (at < end && pf == NULL)
            break; // above the table
    }
    return released;
}

uint64_t vm_release(uint64_t physical, uint64_t size, enum btlm_memory_type type)
{
    return vm_release_owned(physical, size, pf_owner_of_type(type));
}

static void vm_release_loader(void)
{
    for (uint64_t i = 0; i < vm_range_count(); i++)
        if (pf_owner_of(vm_range(i)) == PF_LOADER)
            vm_release_owned(vm_range(i)->start, vm_range(i)->size, PF_LOADER);
}

// Read-only pages become writable in the direct map again, for their next owner. Sealing has split
// large pages there already.
void vm_boot_image_free(uint64_t address, uint64_t size)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());
    uint64_t physical = address - system->modules_virtual + system->modules_physical;

    space_unmap(&kernel_space, address, size);
    space_protect(&kernel_space, (uint64_t)(uintptr_t)phys_to_virt(physical), size,
                  BTL_PERM_READ | BTL_PERM_WRITE);
    vm_release_owned(physical, size, PF_BOOT_MODULE);
}

// Return the end of everything that the loader placed in the window.
static uint64_t vm_window_used(void)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());
    uint64_t start = system->window, end = system->window + system->window_size;
    uint64_t taken[] = {system->modules_virtual + system->modules_size,
                        system->early_virtual + system->early_size,
                        kernel->virtual_base + kernel->size, 0};
    struct arch_range stack;

    for (unsigned i = 0; arch_boot_stack(i, &stack); i++)
        if (stack.virtual + stack.size > taken[3])
            taken[3] = stack.virtual + stack.size;
    for (size_t i = 0; i < BTL_COUNT(taken); i++)
        if (taken[i] > start && taken[i] <= end)
            start = taken[i];
    return start;
}

// Later modules are at addresses that those of the loader do not tell: the label is another one.
static void vm_randomise(uint64_t *start, uint64_t *end)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());
    const struct btlm_boot *boot = btl_manifest_boot(handoff_manifest());
    uint64_t numbers[BTL_ASLR_NUMBERS];

    if (boot == NULL || !(boot->flags & BTLM_BOOT_ASLR) || system->seed_size < BTL_ASLR_SEED ||
        *start >= *end)
        return;
    btl_aslr_numbers(BTL_STR(BTL_ASLR_KERNEL), system->seed, numbers);
    window_shrink(start, end, numbers);
}

// Leave one unit free after the loader's part of the window, as a guard.
static void vm_open_window(void)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());
    uint64_t start = vm_window_used() + WINDOW_UNIT, end = system->window + system->window_size;

    if (end > start && end - start > WINDOW_MAX)
        end = start + WINDOW_MAX;
    vm_randomise(&start, &end);
    if (!window_init(start, end))
        kpanic("no space left in the kernel and module window");
}

void vm_init(void)
{
    uint64_t event = timeline_begin(BTLM_EVENT_VM, BTL_NONE);

    begun = true;
    vm_build_pfdat();
    if (!vm_space_build(&kernel_space))
        kpanic("out of memory while building the kernel's page tables");
    arch_space_use(&kernel_space);
    vm_release_loader(); // nothing of the loader is in use from here on
    kmem_init();
    vm_open_window();
    ready = true;
    timeline_end(event, pfdat_frames() * sizeof(struct pfdat));
}

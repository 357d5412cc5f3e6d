// SPDX-License-Identifier: BSD-2-Clause
// The address space the kernel wakes up in.
#include <btl/boot.h>

#include "cache.h"
#include "loader.h"

#include <btl/mem.h>

#define TABLE_POOL 32 // pages taken at a time
#define PAGE_MASK  ((uint64_t)BTL_PAGE_SIZE - 1)

struct table_pool {
    struct loader *loader;
    uint64_t next, left;
};

static uint64_t take_table(void *owner)
{
    struct table_pool *pool = owner;
    if (pool->left == 0) {
        if (!pages_take_clear(&pool->loader->pages, TABLE_POOL * BTL_PAGE_SIZE, BTLM_MEM_LOADER,
                              &pool->next))
            return 0;
        pool->left = TABLE_POOL;
    }
    uint64_t page = pool->next;
    pool->next += BTL_PAGE_SIZE;
    pool->left--;
    return page;
}

static bool take_code_page(struct loader *loader)
{
    uint64_t size = paging_layout.code_size;
    if (!pages_take_code(&loader->pages, size, size, &loader->code_page))
        return false;
    uint8_t *area = (uint8_t *)(uintptr_t)loader->code_page;
    memset(area, 0, size);
    memcpy(area, handoff_code, (size_t)(handoff_code_end - handoff_code));
    cache_sync_code(loader->code_page, size);
    return true;
}

// The stack, and the memory of the register stack where there is one: physically together, a guard
// apart in the window, whose next range begins far behind (WINDOW_STEP).
static bool take_stack(struct loader *loader)
{
    uint64_t guard = paging_layout.stack_guard, store = paging_layout.backing_store_size;
    struct range *stack = &loader->stack;
    if (!window_take(loader, BTL_BOOT_STACK_SIZE + store, guard, BTLM_MEM_LOADER, "the stack",
                     stack))
        return false;
    stack->size = BTL_BOOT_STACK_SIZE;
    loader->backing_store = (struct range){.address = stack->address + stack->size + guard,
                                           .physical = stack->physical + stack->size,
                                           .size = store};
    return true;
}

// All memory of the firmware's map and all that was taken, whatever the map says about it; the
// framebuffer. Device registers stay out: the kernel maps them, uncached.
static bool map_physical(struct loader *loader)
{
    const struct memory_map *map = &loader->memory_map;
    for (uint64_t i = 0; i < map->built_count; i++) {
        const struct btlm_memory *entry = &map->built[i];
        if (entry->type != BTLM_MEM_MMIO &&
            !paging_map_physical(&loader->paging, entry->start, entry->size))
            return false;
    }
    const struct fw_framebuffer *screen = &loader->facts.framebuffer;
    return screen->format == 0 ||
           paging_map_physical(&loader->paging, screen->address, screen->size);
}

static bool map_range(struct loader *loader, const struct range *range, uint8_t perm)
{
    return paging_map_window(&loader->paging, range->address, range->physical, range->size, perm);
}

// Of sizes inside an image, which lies in memory: rounding up cannot overflow.
static uint64_t whole_pages(uint64_t size)
{
    return (size + PAGE_MASK) & ~PAGE_MASK;
}

static bool map_kernel(struct loader *loader)
{
    const struct kernel *kernel = &loader->kernel;
    for (uint32_t i = 0; i < kernel->image.segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->image.segments[i];
        // Segments may begin and end inside a page; two never share one.
        uint64_t start = segment->offset & ~PAGE_MASK;
        uint64_t end = segment->offset + segment->size;
        if (!paging_map_window(&loader->paging, kernel->image.base + start,
                               kernel->physical + start, whole_pages(end - start), segment->perm))
            return false;
    }
    return true;
}

static bool map_modules(struct loader *loader)
{
    for (uint32_t i = 0; i < loader->plan.module_count; i++) {
        const struct module *module = loader->modules[i];
        if (!module->linked)
            continue;
        uint64_t physical = loader->phase1.physical + (module->image.base - loader->phase1.address);
        for (size_t s = 0; s < BTL_SEGS; s++) {
            const struct btl_segment *segment = &module->image.segment[s];
            if (!paging_map_window(&loader->paging, module->image.base + segment->offset,
                                   physical + segment->offset, whole_pages(segment->size),
                                   segment->perm))
                return false;
        }
    }
    return true;
}

static bool fetch_map(struct loader *loader)
{
    struct memory_map *map = &loader->memory_map;
    if (memory_map_reserve(map, &loader->pages) && memory_map_fetch(map, loader->fw) &&
        memory_map_build(map, &loader->pages))
        return true;
    btl_report(&loader->diags, BTL_BOOT_MEMORY_MAP, (struct btl_place){0},
               BTL_ARG(fw_status_name(map->status)), BTL_DEC(map->firmware.size),
               BTL_DEC(map->firmware.stride));
    return false;
}

bool space_build(struct loader *loader)
{
    struct table_pool pool = {.loader = loader};
    uint8_t writable = BTL_PERM_READ | BTL_PERM_WRITE;
    if (!window_take(loader, BTL_BOOT_EARLY_SIZE, 0, BTLM_MEM_EARLY, "the early arena",
                     &loader->early) ||
        !take_stack(loader))
        return false;
    if (!take_code_page(loader))
        return out_of_memory(loader, "building page tables");
    if (!fetch_map(loader))
        return false;
    loader->paging = (struct paging){.cpu = loader->facts.cpu,
                                     .code_page = loader->code_page,
                                     .take_table = take_table,
                                     .owner = &pool};
    bool built = paging_begin(&loader->paging) && map_physical(loader) && map_kernel(loader) &&
                 map_modules(loader) && map_range(loader, &loader->early, writable) &&
                 map_range(loader, &loader->stack, writable) &&
                 map_range(loader, &loader->backing_store, writable);
    loader->paging.owner = NULL; // the pool ends with this step
    cache_sync_code(loader->kernel.physical, loader->kernel.image.size);
    cache_sync_code(loader->phase1.physical, loader->phase1.size);
    return built || out_of_memory(loader, "building page tables");
}

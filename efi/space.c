// SPDX-License-Identifier: BSD-2-Clause
// The kernel's address space at its entry point.
#include <btl/boot.h>

#include "cache.h"
#include "boot.h"

#include <btl/mem.h>

#define TABLE_POOL 32 // pages allocated at a time
#define PAGE_MASK  ((uint64_t)BTL_PAGE_SIZE - 1)

uint64_t space_alloc_table(void *owner)
{
    struct table_pool *pool = owner;
    if (pool->left == 0) {
        if (!pages_allocate_clear(&pool->boot->res.pages, TABLE_POOL * BTL_PAGE_SIZE,
                                  BTLM_MEM_LOADER, &pool->next))
            return 0;
        pool->left = TABLE_POOL;
    }
    uint64_t page = pool->next;
    pool->next += BTL_PAGE_SIZE;
    pool->left--;
    return page;
}

bool space_place_code(struct boot *boot, const uint8_t *code, const uint8_t *end)
{
    uint64_t size = boot->core.machine->handoff_size;
    boot->res.code_page = boot->fw->place_code(boot->fw, code);
    if (boot->res.code_page != 0)
        return true;
    if (!pages_allocate_code(&boot->res.pages, size, size, &boot->res.code_page))
        return false;
    uint8_t *area = (uint8_t *)(uintptr_t)boot->res.code_page;
    memset(area, 0, size);
    memcpy(area, code, (size_t)(end - code));
    cache_sync_code(boot->res.code_page, size);
    return true;
}

// Map all memory of the firmware's map, all allocated pages and the framebuffer. Device registers
// are left out: the kernel maps them uncached.
static bool space_map_physical(struct boot *boot)
{
    const struct memory_map *map = &boot->res.memory_map;
    for (uint64_t i = 0; i < map->built_count; i++) {
        const struct btlm_memory *entry = &map->built[i];
        if (entry->type != BTLM_MEM_MMIO &&
            !paging_map_physical(&boot->res.paging, entry->start, entry->size))
            return false;
    }
    const struct fw_framebuffer *screen = &boot->facts.framebuffer;
    return screen->format == 0 ||
           paging_map_physical(&boot->res.paging, screen->address, screen->size);
}

static bool space_map_range(struct boot *boot, const struct btl_window_range *range, uint8_t perm)
{
    return paging_map_window(&boot->res.paging, range->address, range->physical, range->size, perm);
}

// Round up a size inside an image in memory: cannot overflow.
static uint64_t round_up_to_pages(uint64_t size)
{
    return (size + PAGE_MASK) & ~PAGE_MASK;
}

static bool space_map_kernel_image(struct boot *boot)
{
    const struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    for (uint32_t i = 0; i < kernel->image.segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->image.segments[i];
        // Segments may begin and end inside a page, but never share one.
        uint64_t start = segment->offset & ~PAGE_MASK;
        uint64_t end = segment->offset + segment->size;
        if (!paging_map_window(&boot->res.paging, kernel->image.base + start,
                               kernel->physical + start, round_up_to_pages(end - start),
                               segment->perm))
            return false;
    }
    return true;
}

static bool space_map_modules(struct boot *boot)
{
    for (uint32_t i = 0; i < boot->attempt.plan.module_count; i++) {
        const struct btl_attempt_module *module = boot->attempt.modules[i];
        if (!module->linked)
            continue;
        uint64_t physical =
            boot->attempt.phase1.physical + (module->image.base - boot->attempt.phase1.address);
        for (size_t s = 0; s < BTL_SEGS; s++) {
            const struct btl_segment *segment = &module->image.segment[s];
            if (!paging_map_window(&boot->res.paging, module->image.base + segment->offset,
                                   physical + segment->offset, round_up_to_pages(segment->size),
                                   segment->perm))
                return false;
        }
    }
    return true;
}

bool space_map_window(struct boot *boot)
{
    return space_map_kernel_image(boot) && space_map_modules(boot);
}

bool space_fetch_map(struct boot *boot)
{
    struct memory_map *map = &boot->res.memory_map;
    if (memory_map_reserve(map, &boot->res.pages) && memory_map_fetch(map, boot->fw) &&
        memory_map_build(map, &boot->res.pages))
        return true;
    btl_report(boot->attempt.diags, BTL_BOOT_MEMORY_MAP, (struct btl_place){0},
               BTL_ARG(fw_status_name(map->status)), BTL_DEC(map->firmware.size),
               BTL_DEC(map->firmware.stride));
    return false;
}

bool space_build(struct boot *boot)
{
    struct table_pool pool = {.boot = boot};
    uint8_t writable = BTL_PERM_READ | BTL_PERM_WRITE;
    if (!btl_attempt_reserve(&boot->attempt))
        return false;
    if (!space_place_code(boot, handoff_code, handoff_code_end))
        return btl_attempt_no_memory(&boot->attempt, "building page tables");
    if (!space_fetch_map(boot))
        return false;
    boot->res.paging = (struct paging){.cpu = boot->facts.cpu,
                                       .code_page = boot->res.code_page,
                                       .alloc_table = space_alloc_table,
                                       .owner = &pool};
    bool built = paging_begin(&boot->res.paging) && space_map_physical(boot) &&
                 space_map_window(boot) && space_map_range(boot, &boot->attempt.early, writable) &&
                 space_map_range(boot, &boot->attempt.stack, writable) &&
                 space_map_range(boot, &boot->attempt.backing_store, writable);
    boot->res.paging.owner = NULL; // the pool ends with this step
    cache_sync_code(boot->attempt.kernel.physical, boot->attempt.kernel.image.size);
    cache_sync_code(boot->attempt.phase1.physical, boot->attempt.phase1.size);
    return built || btl_attempt_no_memory(&boot->attempt, "building page tables");
}

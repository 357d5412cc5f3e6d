// SPDX-License-Identifier: BSD-2-Clause
// Stacks, trampoline and page tables of a Limine kernel.
#include "boot.h"
#include "cache.h"
#include "x86_64/limine.h"

#define TRAMPOLINE_SIZE (2 * BTL_PAGE_SIZE) // code, and a copy of the top table
#define LOW_END         0xa0000u            // of the memory that a starting processor reaches

static bool limine_find_processors(struct boot *boot)
{
    struct btl_bytes madt = boot->fw->acpi_table(boot->fw, "APIC");
    struct btl_limine_machine *machine = &boot->res.limine.machine;
    if (!btl_limine_machine(madt, boot->facts.cpu.lapic_id, boot->attempt.arena, machine))
        return false;
    if (!boot->attempt.kernel.limine->wishes.mp)
        machine->processor_count = 1;
    return true;
}

static bool limine_alloc_stacks(struct boot *boot)
{
    struct limine_start *start = &boot->res.limine;
    uint64_t size = boot->attempt.kernel.limine->wishes.stack_size, all;
    if (!btl_mul(size, start->machine.processor_count, &all) ||
        !pages_allocate_clear(&boot->res.pages, all, BTLM_MEM_LOADER, &start->stacks))
        return false;
    boot->attempt.stack =
        (struct btl_window_range){.address = boot->core.machine->direct_map + start->stacks,
                                  .physical = start->stacks,
                                  .size = size};
    return true;
}

// Allocate the trampoline at the end of the highest free memory below 640 KiB. 0: there is none.
static uint64_t limine_alloc_trampoline(struct boot *boot)
{
    const struct memory_map *map = &boot->res.memory_map;
    for (uint64_t i = map->built_count; i > 0; i--) {
        const struct btlm_memory *entry = &map->built[i - 1];
        uint64_t end = entry->start + entry->size < LOW_END ? entry->start + entry->size : LOW_END;
        if (entry->type != BTLM_MEM_USABLE || end < entry->start + TRAMPOLINE_SIZE + BTL_PAGE_SIZE)
            continue;
        if (pages_allocate_at(&boot->res.pages, TRAMPOLINE_SIZE, end - TRAMPOLINE_SIZE))
            return end - TRAMPOLINE_SIZE;
    }
    return 0;
}

static void limine_fill_processors(struct boot *boot, uint64_t trampoline)
{
    struct limine_start *start = &boot->res.limine;
    const struct btl_limine_wishes *wishes = &boot->attempt.kernel.limine->wishes;
    uint64_t gdt = boot->res.code_page + (uint64_t)(limine_gdt - limine_code);
    start->processors = (struct processors){
        .machine = &start->machine,
        .trampoline = trampoline,
        .five_levels = boot->facts.cpu.five_levels,
        .direct_map = boot->core.machine->direct_map,
        .gdt = boot->core.machine->direct_map + gdt,
        .stacks = start->stacks,
        .stack_size = wishes->stack_size,
        .ticks_per_second = boot->clock.rate,
        .x2apic = wishes->x2apic,
        .started = BTL_NEW_ARRAY(boot->attempt.arena, bool, start->machine.processor_count),
    };
}

static bool limine_build_tables(struct boot *boot)
{
    const struct btl_limine_answers *answers = &boot->res.limine.answers;
    struct table_pool pool = {.boot = boot};
    boot->res.paging = (struct paging){.cpu = boot->facts.cpu,
                                       .code_page = boot->res.code_page,
                                       .alloc_table = space_alloc_table,
                                       .owner = &pool};
    const struct limine_space space = {
        .map = boot->res.memory_map.built,
        .count = boot->res.memory_map.built_count,
        .revision = answers->revision,
        .framebuffer = answers->framebuffer,
        .framebuffer_size = answers->framebuffer_size,
        .trampoline = boot->res.limine.processors.trampoline,
    };
    bool built = paging_build_limine(&boot->res.paging, &space) && space_map_window(boot);
    boot->res.paging.owner = NULL; // the pool ends with this step
    return built;
}

static bool limine_alloc(struct boot *boot)
{
    return limine_find_processors(boot) && limine_alloc_stacks(boot) &&
           space_place_code(boot, limine_code, limine_code_end);
}

bool limine_space(struct boot *boot)
{
    struct limine_start *start = &boot->res.limine;
    uint64_t trampoline = 0;
    if (!limine_alloc(boot))
        return btl_attempt_no_memory(&boot->attempt, "building page tables");
    if (!space_fetch_map(boot))
        return false;
    if (start->machine.processor_count > 1) {
        trampoline = limine_alloc_trampoline(boot);
        if (trampoline == 0)
            btl_report(boot->attempt.diags, BTL_LIMINE_NO_TRAMPOLINE, (struct btl_place){0});
    }
    limine_fill_processors(boot, trampoline);
    if (start->processors.started == NULL || !limine_answer(boot))
        return btl_attempt_no_memory(&boot->attempt, "answering the kernel's requests");
    if (!space_fetch_map(boot))
        return false;
    return limine_build_tables(boot) ||
           btl_attempt_no_memory(&boot->attempt, "building page tables");
}

// SPDX-License-Identifier: BSD-2-Clause
#include "boot_later.h"

#include <sys/mman.h>

#include <btl/wrapper.h>

// Check the wrapper as the kernel does before it calls the load function.
static bool boot_later_check_wrapper(const struct boot *boot, uint32_t index)
{
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    struct btl_linked linked = btl_image_linked(&module->image);
    return btl_wrapper_check(
        &linked, btl_image_section_address(&module->image, BTL_STR(BTL_WRAPPER_SECTION)),
        module->elf.place, &boot->host->diags);
}

// Allocate an image at the next address from `*next` on. A check needs an address in the window,
// not a unique one: after the end of the window the addresses start over.
static bool boot_later_place(const struct boot *boot, struct btl_image *image, uint64_t *next)
{
    const struct btl_machine *machine = boot->machine;
    uint64_t base, end;
    if (!btl_round_up(*next, image->align, &base) || !btl_add(base, image->size, &end) ||
        end > machine->window + machine->window_size) {
        *next = boot->attempt.window_next;
        if (!btl_round_up(*next, image->align, &base) || !btl_add(base, image->size, &end))
            return false;
    }
    void *memory = mmap(NULL, image->size + BTL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    *next = end;
    return btl_image_place(image, base, memory);
}

static bool boot_later_link(struct boot *boot, uint32_t index, uint64_t *next)
{
    struct btl_attempt *attempt = &boot->attempt;
    struct btl_attempt_module *module = attempt->modules[index];
    struct btl_image *image = &module->image;
    struct btl_diags *diags = attempt->diags;
    struct btl_scope scope;
    if (!btl_image_layout(&module->elf, attempt->arena, image, diags))
        return false;
    if (!boot_later_place(boot, image, next)) {
        btl_report(diags, BTL_NO_MEMORY, module->elf.place, BTL_ARG_Z("linking"));
        return false;
    }
    btl_plan_scope(&attempt->plan, index, &attempt->symtab, &scope);
    btl_image_copy(image);
    bool good = btl_image_resolve(image, &scope, diags) && btl_image_relocate(image, diags) &&
                boot_later_check_wrapper(boot, index) &&
                btl_image_export(image, &module->info, index, &scope, &attempt->symtab, diags);
    munmap(image->memory, image->size + BTL_PAGE_SIZE);
    image->memory = NULL;
    return good;
}

void boot_link_later(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    struct btl_plan *plan = &attempt->plan;
    uint64_t next = attempt->window_next;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        struct btl_attempt_module *module = attempt->modules[index];
        const struct btl_diag *before = attempt->diags->last;
        if (plan->modules[index].verdict != BTL_LOAD && plan->modules[index].verdict != BTL_READY)
            continue; // a dependency failed in this loop
        if (plan->modules[index].built_in != NULL)
            continue; // the build has linked it
        module->linked = module->linked ? boot_later_check_wrapper(boot, index)
                                        : boot_later_link(boot, index, &next);
        if (!module->linked)
            btl_plan_fail(plan, index, btl_error_since(attempt->diags, before));
    }
    btl_plan_compact(plan);
}

// SPDX-License-Identifier: BSD-2-Clause
// Allocation of the kernel and module window, in ascending order.
#include <btl/boot.h>

#include "attempt_private.h"

void btl_attempt_begin_window(struct btl_attempt *attempt)
{
    const struct btl_kernel_image *image = &attempt->kernel.image;
    // The window ends below the end of the address space: this cannot overflow.
    btl_round_up(image->base + image->size, WINDOW_STEP, &attempt->window_next);
}

bool btl_attempt_alloc_window(struct btl_attempt *attempt, uint64_t size, uint64_t guard,
                              enum btlm_memory_type purpose, const char *what,
                              struct btl_window_range *ret_range)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_machine *machine = boot->machine;
    uint64_t end = machine->window + machine->window_size;
    uint64_t next = attempt->window_next, pages;
    // window_next is at most the end of the window.
    if (!btl_round_up(size, BTL_PAGE_SIZE, &pages) || !btl_in_range(guard, pages, end - next)) {
        btl_report(attempt->diags, BTL_BOOT_WINDOW_FULL, (struct btl_place){0}, BTL_ARG_Z(what),
                   BTL_SIZE(size), BTL_SIZE(end - next));
        return false;
    }
    struct btl_window_range range = {.address = next + guard, .size = pages};
    if (!boot->driver->allocate(boot->owner, purpose, pages, range.address, machine->range_align,
                                &range.physical)) {
        btl_report(attempt->diags, BTL_BOOT_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z(what),
                   BTL_SIZE(size));
        return false;
    }
    btl_round_up(range.address + pages, WINDOW_STEP, &attempt->window_next);
    *ret_range = range;
    return true;
}

// Reserve the stack, and the backing store of the register stack where the machine has one: one
// block of memory, two ranges of the window with a guard between them.
static bool reserve_stack(struct btl_attempt *attempt)
{
    const struct btl_machine *machine = attempt->boot->machine;
    uint64_t guard = machine->stack_guard, store = machine->backing_store_size;
    struct btl_window_range *stack = &attempt->stack;
    if (!btl_attempt_alloc_window(attempt, BTL_BOOT_STACK_SIZE + store, guard, BTLM_MEM_LOADER,
                                  "the stack", stack))
        return false;
    stack->size = BTL_BOOT_STACK_SIZE;
    attempt->backing_store = (struct btl_window_range){
        .address = stack->address + stack->size + guard,
        .physical = stack->physical + stack->size,
        .size = store,
    };
    return true;
}

uint64_t btl_attempt_early_size(const struct btl_attempt *attempt)
{
    uint64_t size =
        attempt->config.early_size != 0 ? attempt->config.early_size : BTL_BOOT_EARLY_SIZE;
    size += attempt->plan.module_count * (uint64_t)BTL_BOOT_EARLY_MODULE;
    return (size + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1);
}

bool btl_attempt_reserve(struct btl_attempt *attempt)
{
    return btl_attempt_alloc_window(attempt, btl_attempt_early_size(attempt), 0, BTLM_MEM_EARLY,
                                    "the early arena", &attempt->early) &&
           reserve_stack(attempt);
}

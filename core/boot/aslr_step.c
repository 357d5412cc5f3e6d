// SPDX-License-Identifier: BSD-2-Clause
// Random addresses (aslr="YES"): the kernel's base, and a gap between kernel and phase-1 modules.
#include <btl/boot.h>

#include "attempt_private.h"

// Can addresses of this boot be random? Report what prevents that.
static bool judge_aslr(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_place place = btl_setting_place(&attempt->config, attempt->config.aslr_setting,
                                               (struct btl_str){NULL, 0});
    if (btl_kernel_kind_is_image(kernel->kind)) {
        btl_report(attempt->diags, BTL_ASLR_OTHER_KERNEL, place,
                   BTL_ARG_Z(btl_kernel_kind_text(kernel->kind)));
        return false;
    }
    if (boot->seed_absent) {
        btl_report(attempt->diags, BTL_ASLR_NO_SEED, place);
        return false;
    }
    if (!kernel->image.movable)
        btl_report(attempt->diags, BTL_ASLR_FIXED_KERNEL, place);
    return boot->seed != NULL;
}

void attempt_begin_aslr(struct btl_attempt *attempt)
{
    if (!attempt->config.aslr || !judge_aslr(attempt))
        return;
    btl_aslr_numbers(BTL_STR(BTL_ASLR_LOADER), attempt->boot->seed, attempt->aslr.numbers);
    attempt->aslr.on = true;
}

// Return the bytes of the window for the other ranges of the loader, rather too many.
static uint64_t other_ranges(const struct btl_attempt *attempt)
{
    const struct btl_machine *machine = attempt->boot->machine;
    return btl_attempt_early_size(attempt) + BTL_BOOT_STACK_SIZE + machine->backing_store_size +
           2 * machine->stack_guard + 4 * WINDOW_STEP;
}

void attempt_random_gap(struct btl_attempt *attempt, uint64_t size, uint64_t align)
{
    const struct btl_machine *machine = attempt->boot->machine;
    uint64_t left = machine->window + machine->window_size - attempt->window_next, needed;
    if (!attempt->aslr.on || !btl_add(size, other_ranges(attempt), &needed) || needed > left)
        return;
    uint64_t space = (left - needed) / 2;
    if (space > BTL_ASLR_MODULES_SPACE)
        space = BTL_ASLR_MODULES_SPACE;
    attempt->window_next +=
        btl_aslr_offset(attempt->aslr.numbers[BTL_ASLR_OF_MODULES], space, align);
}

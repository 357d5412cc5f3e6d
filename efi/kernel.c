// SPDX-License-Identifier: BSD-2-Clause
// The kernel's file, and its place in memory and in the window.
#include "boot.h"

#define WINDOW_STEP (2ull << 20) // btl/boot.h

static bool read(struct boot *boot)
{
    struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    struct btl_place place = {.file = boot->attempt.config.kernel};
    struct file_problem problem;
    uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_KERNEL_READ, BTL_NONE);
    kernel->file = file_read(boot, boot->attempt.config.kernel, BTL_ELF_FILE_MAX, &problem);
    if (kernel->file == NULL) {
        file_report(boot, place, &problem);
        return false;
    }
    kernel->read_time = event_end(&boot->res.timeline, event, kernel->file->bytes.size);
    return btl_elf_open(kernel->file->bytes, BTL_ELF_KERNEL, paging_layout.machine, place,
                        &kernel->elf, boot->attempt.diags) &&
           btl_modinfo_read(&kernel->elf, boot->attempt.arena, &kernel->info,
                            boot->attempt.diags) &&
           btl_kernel_open(&kernel->elf, boot->attempt.arena, &kernel->image, boot->attempt.diags);
}

bool kernel_open(struct boot *boot)
{
    const struct btl_config *config = &boot->attempt.config;
    if (read(boot))
        return true;
    if (config->kernel_setting != NULL)
        btl_report(boot->attempt.diags, BTL_BOOT_KERNEL_LINE,
                   btl_setting_place(config, config->kernel_setting, (struct btl_str){NULL, 0}),
                   BTL_ARG(config->kernel));
    return false;
}

bool kernel_place(struct boot *boot)
{
    struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    uint64_t base;
    uint32_t event = event_begin(&boot->res.timeline, BTLM_EVENT_KERNEL_PLACED, BTL_NONE);
    if (!btl_kernel_choose_base(&kernel->image, paging_layout.window, paging_layout.window_size,
                                &base, boot->attempt.diags))
        return false;
    if (!pages_take_like(&boot->res.pages, kernel->image.size, base, paging_layout.kernel_align,
                         BTLM_MEM_KERNEL, &kernel->physical))
        return out_of_memory(boot, "placing the kernel");
    if (!btl_kernel_load(&kernel->image, base, (uint8_t *)(uintptr_t)kernel->physical,
                         boot->attempt.diags))
        return false;
    uint64_t time = event_end(&boot->res.timeline, event, kernel->image.size);
    // The window ends below the end of the address space: this cannot overflow.
    btl_round_up(base + kernel->image.size, WINDOW_STEP, &boot->attempt.window_next);
    log_table_begin(&boot->log);
    log_module_row(&boot->log, BTL_STR("kernel"), "", kernel->image.size, NULL, base,
                   kernel->read_time + time);
    return true;
}

bool window_take(struct boot *boot, uint64_t size, uint64_t guard, enum btlm_memory_type purpose,
                 const char *what, struct btl_window_range *ret_range)
{
    uint64_t end = paging_layout.window + paging_layout.window_size;
    uint64_t next = boot->attempt.window_next, pages;
    // window_next may have reached the end of the window, but is never above it.
    if (!btl_round_up(size, BTL_PAGE_SIZE, &pages) || !btl_in_range(guard, pages, end - next)) {
        btl_report(boot->attempt.diags, BTL_BOOT_WINDOW_FULL, (struct btl_place){0},
                   BTL_ARG_Z(what), BTL_SIZE(size), BTL_SIZE(end - next));
        return false;
    }
    struct btl_window_range range = {.address = next + guard, .size = pages};
    if (!pages_take_like(&boot->res.pages, pages, range.address, paging_layout.range_align, purpose,
                         &range.physical)) {
        btl_report(boot->attempt.diags, BTL_BOOT_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z(what),
                   BTL_SIZE(size));
        return false;
    }
    btl_round_up(range.address + pages, WINDOW_STEP, &boot->attempt.window_next);
    *ret_range = range;
    return true;
}

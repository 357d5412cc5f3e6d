// SPDX-License-Identifier: BSD-2-Clause
// The steps of the kernel: open its file, place its image in memory and in the window.
#include "attempt_private.h"

static bool check_kernel(struct btl_attempt *attempt, struct btl_place place)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_KERNEL_CHECKED, BTL_NONE);
    bool good = btl_elf_open(kernel->file->bytes, BTL_ELF_KERNEL, boot->machine->number, place,
                             &kernel->elf, attempt->diags) &&
                btl_modinfo_read(&kernel->elf, attempt->arena, &kernel->info, attempt->diags) &&
                btl_kernel_open(&kernel->elf, attempt->arena, &kernel->image, attempt->diags);
    attempt_event_end(attempt, event, 0);
    return good;
}

static bool read_kernel(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_place place = {.file = attempt_name(attempt, attempt->config.kernel)};
    struct btl_file_problem problem;
    kernel->file =
        boot->driver->read(boot->owner, attempt->config.kernel, BTL_ELF_FILE_MAX, &problem);
    if (kernel->file == NULL) {
        btl_file_report(attempt->diags, place, &problem);
        return false;
    }
    kernel->read_time = attempt_event_read(attempt, BTLM_EVENT_KERNEL_READ, BTL_NONE, kernel->file);
    return attempt_check_pin(attempt, attempt->config.kernel_sha256, kernel->file, place) &&
           check_kernel(attempt, place);
}

bool btl_attempt_open_kernel(struct btl_attempt *attempt)
{
    const struct btl_config *config = &attempt->config;
    if (read_kernel(attempt))
        return true;
    if (config->kernel_setting != NULL)
        btl_report(attempt->diags, BTL_BOOT_KERNEL_LINE,
                   btl_setting_place(config, config->kernel_setting, (struct btl_str){NULL, 0}),
                   BTL_ARG(config->kernel));
    return false;
}

bool btl_attempt_place_kernel(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_machine *machine = boot->machine;
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    uint64_t base;
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_KERNEL_PLACED, BTL_NONE);
    if (!btl_kernel_choose_base(&kernel->image, machine->window, machine->window_size, &base,
                                attempt->diags))
        return false;
    if (!boot->driver->allocate(boot->owner, BTLM_MEM_KERNEL, kernel->image.size, base,
                                machine->kernel_align, &kernel->physical))
        return btl_attempt_no_memory(attempt, "placing the kernel");
    if (!btl_kernel_load(&kernel->image, base, (uint8_t *)(uintptr_t)kernel->physical,
                         attempt->diags))
        return false;
    uint64_t time = attempt_event_end(attempt, event, kernel->image.size);
    btl_attempt_begin_window(attempt);
    attempt_done(attempt, BTL_NONE, BTL_OUTCOME_PLACED, kernel->read_time + time);
    attempt_event_end(attempt, event, kernel->image.size); // with the row that the driver prints
    return true;
}

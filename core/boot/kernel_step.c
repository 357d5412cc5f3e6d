// SPDX-License-Identifier: BSD-2-Clause
// The steps of the kernel: open its file, place its image in memory and in the window.
#include "attempt_private.h"

// A kernel of the Limine protocol may have no metadata: then it exports nothing.
static bool read_kernel_metadata(struct btl_attempt *attempt)
{
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    kernel->info.name = BTL_STR("kernel");
    return (kernel->kind == BTL_KERNEL_LIMINE &&
            btl_elf_find_section(&kernel->elf, BTL_STR(".modinfo")) == BTL_NONE) ||
           btl_modinfo_read(&kernel->elf, attempt->arena, &kernel->info, attempt->diags);
}

static bool open_elf_kernel(struct btl_attempt *attempt, struct btl_place place)
{
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    return btl_elf_open(kernel->file->bytes, BTL_ELF_KERNEL, attempt->boot->machine->number, place,
                        &kernel->elf, attempt->diags) &&
           read_kernel_metadata(attempt) &&
           btl_kernel_open(&kernel->elf, attempt->arena, &kernel->image, attempt->diags);
}

static bool open_image_kernel(struct btl_attempt *attempt, struct btl_place place)
{
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_bytes bzimage = kernel->file->bytes;
    kernel->info.name = BTL_STR("kernel");
    if (!btl_pe_open(kernel->file->bytes, attempt->boot->machine->number, place, &kernel->pe,
                     attempt->diags))
        return false;
    if (kernel->kind == BTL_KERNEL_UKI) {
        if (!btl_uki_open(&kernel->pe, &kernel->uki, attempt->diags))
            return false;
        bzimage = kernel->uki.kernel;
    }
    if (kernel->kind == BTL_KERNEL_EFI)
        return true;
    if (!btl_linux_open(bzimage, place, &kernel->linux_image, attempt->diags))
        return false;
    kernel->info.version = kernel->linux_image.release;
    return true;
}

// Find the kind of the kernel: that of its content, or that of kernel_type if the file can be both.
static bool choose_kind(struct btl_attempt *attempt, struct btl_place place)
{
    const struct btl_config *config = &attempt->config;
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    enum btl_kernel_kind wanted = config->kernel_type;
    kernel->kind = btl_kernel_kind_of(kernel->file->bytes);
    if (config->kernel_type_setting == NULL || wanted == kernel->kind)
        return true;
    bool possible = wanted == BTL_KERNEL_EFI
                        ? btl_kernel_kind_is_image(kernel->kind)
                        : wanted == BTL_KERNEL_BTL && kernel->kind == BTL_KERNEL_LIMINE;
    if (possible)
        kernel->kind = wanted;
    else
        btl_report(attempt->diags, BTL_KERNEL_WRONG_KIND, place,
                   BTL_ARG_Z(btl_kernel_kind_text(kernel->kind)),
                   BTL_ARG_Z(btl_kernel_kind_name(wanted)),
                   BTL_ARG_Z(btl_kernel_kind_name(kernel->kind)));
    return possible;
}

static bool check_kernel(struct btl_attempt *attempt, struct btl_place place)
{
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_KERNEL_CHECKED, BTL_NONE);
    bool good = choose_kind(attempt, place) &&
                (btl_kernel_kind_is_image(attempt->kernel.kind) ? open_image_kernel(attempt, place)
                                                                : open_elf_kernel(attempt, place));
    attempt_event_end(attempt, event, 0);
    return good;
}

static bool read_kernel(struct btl_attempt *attempt)
{
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_place place = {.file = attempt_name(attempt, attempt->config.kernel)};
    struct btl_file_problem problem;
    kernel->file = attempt_read_file(attempt, attempt->config.kernel, BTL_ELF_FILE_MAX, &problem);
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
        return attempt_read_files(attempt);
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
    attempt_begin_aslr(attempt);
    if (btl_kernel_kind_is_image(kernel->kind)) {
        attempt_done(attempt, BTL_NONE, BTL_OUTCOME_PLACED, kernel->read_time);
        return true;
    }
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_KERNEL_PLACED, BTL_NONE);
    if (!btl_kernel_choose_base(&kernel->image, machine->window, machine->window_size,
                                attempt->aslr.on ? &attempt->aslr.numbers[BTL_ASLR_OF_KERNEL]
                                                 : NULL,
                                &base, attempt->diags))
        return false;
    if (!boot->driver->allocate(boot->owner, BTLM_MEM_KERNEL, kernel->image.size, base,
                                machine->kernel_align, &kernel->physical))
        return btl_attempt_no_memory(attempt, "placing the kernel");
    if (!btl_kernel_load(&kernel->image, base, (uint8_t *)(uintptr_t)kernel->physical,
                         attempt->diags))
        return false;
    if (kernel->kind == BTL_KERNEL_LIMINE && !attempt_open_limine(attempt))
        return false;
    uint64_t time = attempt_event_end(attempt, event, kernel->image.size);
    btl_attempt_begin_window(attempt);
    attempt_done(attempt, BTL_NONE, BTL_OUTCOME_PLACED, kernel->read_time + time);
    attempt_event_end(attempt, event, kernel->image.size); // with the row that the driver prints
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Kernels that are EFI programs: the firmware loads and starts them, with boot services. A program
// that returns is a failed attempt.
#include "boot.h"
#include <btl/linux_boot.h>
#include <btl/utf16.h>

static struct btl_place image_file(const struct boot *boot)
{
    return (struct btl_place){.file = boot->attempt.config.kernel};
}

static bool image_report(struct boot *boot, enum btl_code code, fw_status status)
{
    btl_report(boot->attempt.diags, code, image_file(boot), BTL_ARG(fw_status_name(status)));
    return false;
}

// ------------------------------------------------------------------------------------------- place

// Choose the program and its command line.
static void image_choose(struct boot *boot)
{
    const struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    struct image_start *image = &boot->res.image;
    image->bytes = btl_attempt_program(&boot->attempt);
    image->command_line = boot->attempt.config.kernel_options;
    image->archive = btl_attempt_gets_archive(&boot->attempt);
    if (kernel->kind == BTL_KERNEL_UKI && image->archive && image->command_line.len == 0)
        image->command_line = kernel->uki.command_line;
}

static enum btl_code image_refusal(fw_status status)
{
    switch (status) {
    case FW_UNSUPPORTED:
    case FW_LOAD_ERROR:
        return BTL_IMAGE_UNSUPPORTED;
    case FW_ACCESS_DENIED:
        return BTL_IMAGE_ACCESS_DENIED;
    case FW_SECURITY_VIOLATION:
        return BTL_IMAGE_SECURITY_VIOLATION;
    default:
        return BTL_IMAGE_NOT_LOADED;
    }
}

// A dry run loads no program: the firmware would measure it, and keys that are bound to the
// measurements would be lost until the next reset.
static bool image_place(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    image_choose(boot);
    if (!btl_attempt_place_kernel(&boot->attempt))
        return false;
    if (boot->options.dry_run || boot->preview)
        return true;
    fw_status status =
        boot->fw->load_image(boot->fw, image->bytes, boot->attempt.config.kernel, &image->program);
    return status == FW_SUCCESS || image_report(boot, image_refusal(status), status);
}

static bool image_link_modules(struct boot *boot)
{
    return btl_attempt_link(&boot->attempt);
}

// ------------------------------------------------------------------------------------------- space

// Collect the initrds; modules and the manifest follow them.
static bool image_space(struct boot *boot)
{
    const struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    struct image_start *image = &boot->res.image;
    btl_linux_archive_begin(&image->initrd, boot->attempt.arena);
    if (!image->archive)
        return true;
    bool good = kernel->uki.initrd.size == 0 ||
                btl_linux_archive_add_initrd(&image->initrd, kernel->uki.initrd);
    for (uint32_t i = 0; i < kernel->initrd_count && good; i++)
        good = kernel->initrds[i]->bytes.size == 0 ||
               btl_linux_archive_add_initrd(&image->initrd, kernel->initrds[i]->bytes);
    return good || btl_attempt_no_memory(&boot->attempt, "preparing the initrd");
}

// ------------------------------------------------------------------------------------------ finish

// The manifest has the memory map of this moment: the kernel gets its own from the firmware.
static bool image_seal_manifest(struct boot *boot)
{
    if (boot->res.manifest_sealed) // as it was saved
        return true;
    if (!manifest_update_map(boot))
        return false;
    manifest_seal(boot, clock_now(&boot->clock));
    return true;
}

// Add what a Linux kernel gets: modules, the manifest, options of the command line.
static bool image_complete(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    const struct btl_window_range *manifest = &boot->res.manifest;
    struct btl_bytes init = {linux_init_begin, (size_t)(linux_init_end - linux_init_begin)};
    if (!image->archive)
        return true;
    return btl_attempt_add_archive(
               &boot->attempt, init,
               (struct btl_bytes){(const uint8_t *)(uintptr_t)manifest->physical, manifest->size},
               &image->initrd) &&
           btl_attempt_linux_command(&boot->attempt, image->command_line, &image->command_line);
}

static bool image_make_options(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    struct btl_str line = image->command_line;
    size_t index = 0, units = 0;
    if (line.len == 0)
        return true;
    image->options = BTL_NEW_ARRAY(boot->attempt.arena, uint16_t, line.len + 1);
    if (image->options == NULL)
        return btl_attempt_no_memory(&boot->attempt, "preparing the options of the kernel");
    while (index < line.len)
        units += btl_utf8_to_ucs2(line, &index, image->options + units, line.len - units);
    image->options[units] = 0;
    image->options_size = (uint32_t)(2 * (units + 1));
    return true;
}

static bool image_offer_initrd(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    if (image->initrd.count == 0)
        return true;
    fw_status status = boot->fw->offer_initrd(boot->fw, image->initrd.pieces, image->initrd.count);
    image->initrd_offered = status == FW_SUCCESS;
    return image->initrd_offered || image_report(boot, BTL_IMAGE_INITRD, status);
}

static bool image_finish(struct boot *boot)
{
    return image_seal_manifest(boot) && image_complete(boot) && image_make_options(boot) &&
           image_offer_initrd(boot);
}

// ------------------------------------------------------------------------------------------- start

// Report that the program has ended. What it says goes to the console: control characters are
// escaped.
static void image_report_exit(struct boot *boot, const struct fw_exit *result)
{
    struct btl_str text = {result->text, result->len}, parts[] = {BTL_STR(": "), text};
    struct btl_str shown = BTL_STR("");
    if (text.len > 0)
        shown = btl_str_join(boot->attempt.arena, parts, BTL_COUNT(parts));
    if (shown.at != NULL)
        shown = state_escape(boot, shown);
    btl_report(boot->attempt.diags, BTL_IMAGE_RETURNED, image_file(boot),
               BTL_ARG(fw_status_name(result->status)), BTL_ARG(shown));
}

static bool image_start_program(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    struct fw_exit result = {0};
    void *program = image->program;
    image->program = NULL;
    image->returned = true;
    boot->fw->start_image(boot->fw, program, image->options, image->options_size, &result);
    watchdog_arm(boot->fw);
    if (result.status == FW_SECURITY_VIOLATION)
        image_report(boot, BTL_IMAGE_SECURITY_VIOLATION, result.status);
    else
        image_report_exit(boot, &result);
    image_undo(boot);
    return false;
}

void image_undo(struct boot *boot)
{
    struct image_start *image = &boot->res.image;
    if (image->initrd_offered)
        boot->fw->remove_initrd(boot->fw);
    if (image->program != NULL)
        boot->fw->unload_image(boot->fw, image->program);
    image->initrd_offered = false;
    image->program = NULL;
}

const struct kernel_kind kernel_kind_image = {
    .place = image_place,
    .link = image_link_modules,
    .space = image_space,
    .finish = image_finish,
    .start = image_start_program,
};

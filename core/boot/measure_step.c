// SPDX-License-Identifier: BSD-2-Clause
// What is measured of an attempt: the same for the loader and for a prediction on the host.
#include "attempt_private.h"

#include <btl/hash.h>

static void measure_add(const struct btl_attempt *attempt, struct btl_measure_input *input,
                        struct btl_measure_file *files, const struct btl_boot_file *file)
{
    files[input->file_count++] =
        (struct btl_measure_file){file->path, btl_boot_file_sha256(attempt->boot, file)};
}

// May the kernel load the module's file? A static module is in the kernel's file.
static bool measure_has_module(const struct btl_attempt *attempt, uint32_t index)
{
    const struct btl_planned *planned = &attempt->plan.modules[index];
    return (planned->verdict == BTL_LOAD || planned->verdict == BTL_READY) &&
           planned->built_in == NULL && attempt->modules[index]->file != NULL;
}

// False: no memory.
static bool measure_list_files(const struct btl_attempt *attempt, struct btl_measure_input *input)
{
    const struct btl_attempt_kernel *kernel = &attempt->kernel;
    uint32_t internal = kernel->limine != NULL ? kernel->limine->internal_count : 0;
    struct btl_measure_file *files =
        BTL_NEW_ARRAY(attempt->arena, struct btl_measure_file,
                      (size_t)attempt->plan.module_count + kernel->initrd_count +
                          attempt->raw_file_count + internal);
    if (files == NULL)
        return false;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++)
        if (measure_has_module(attempt, i))
            measure_add(attempt, input, files, attempt->modules[i]->file);
    for (uint32_t i = 0; i < kernel->initrd_count; i++)
        measure_add(attempt, input, files, kernel->initrds[i]);
    for (uint32_t i = 0; i < attempt->raw_file_count; i++)
        measure_add(attempt, input, files, attempt->raw_files[i].file);
    for (uint32_t i = 0; i < internal; i++)
        measure_add(attempt, input, files, kernel->limine->internal[i].file);
    input->files = files;
    return true;
}

// The text is that of the file, unless the menu has changed it or it is a translated boot entry.
static const uint8_t *measure_hash_text(const struct btl_attempt *attempt, uint8_t digest[32])
{
    const struct btl_boot_file *file = attempt->config_file;
    struct btl_bytes text = {(const uint8_t *)attempt->config.text.at, attempt->config.text.len};
    if (file != NULL && file->bytes.at == text.at && file->bytes.size == text.size)
        return btl_boot_file_sha256(attempt->boot, file);
    btl_sha256(text, digest);
    return digest;
}

bool btl_attempt_measure(struct btl_attempt *attempt, struct btl_str options,
                         struct btl_measure_event events[BTL_AT_LEAST(BTL_MEASURE_EVENTS)])
{
    const struct btl_choice *choice = &attempt->boot->choice;
    const struct btl_boot_file *kernel = attempt->kernel.file;
    uint8_t digest[32];
    struct btl_measure_input input = {
        .config_sha256 = measure_hash_text(attempt, digest),
        .config_size = attempt->config.text.len,
        .options = options,
        .how = choice->how,
        .safe = choice->safe,
        .changed = choice->changes.len > 0,
        .kernel = {kernel->path, btl_boot_file_sha256(attempt->boot, kernel)},
    };
    return (measure_list_files(attempt, &input) &&
            btl_measure_events(&input, attempt->arena, events)) ||
           btl_attempt_no_memory(attempt, "measuring the boot");
}

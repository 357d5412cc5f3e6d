// SPDX-License-Identifier: BSD-2-Clause
// The SHA-256 of files: computed when a step needs it, and the step that computes those which the
// manifest is to have.
#include "attempt_private.h"

#include <btl/hash.h>

const uint8_t *btl_boot_file_sha256(const struct btl_boot *boot, const struct btl_boot_file *file)
{
    struct btl_boot_file *known = (struct btl_boot_file *)(uintptr_t)file; // the driver's
    if (!known->hashed && boot->driver->hash != NULL)
        boot->driver->hash(known->bytes, known->sha256);
    else if (!known->hashed)
        btl_sha256(known->bytes, known->sha256);
    known->hashed = true;
    return known->sha256;
}

bool attempt_check_pin(struct btl_attempt *attempt, const struct btl_setting *pin,
                       const struct btl_boot_file *file, struct btl_place file_place)
{
    return pin == NULL ||
           btl_config_check_pin(&attempt->config, pin, file_place,
                                btl_boot_file_sha256(attempt->boot, file), attempt->diags);
}

// Is the module linked already, or does the kernel read its file again and compare?
static bool hash_is_needed(const struct btl_attempt *attempt, uint32_t index)
{
    const struct btl_planned *planned = &attempt->plan.modules[index];
    return (planned->verdict == BTL_LOAD || planned->verdict == BTL_READY) &&
           !btl_attempt_is_staged(attempt, index);
}

void btl_attempt_hash(const struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_attempt_kernel *kernel = &attempt->kernel;
    enum btl_hashing hash = attempt->config.hash;
    bool measured = boot->measures && attempt->config.tpm != BTL_TPM_USE_NO; // the events have them
    bool all = hash == BTL_HASH_ALL || (hash == BTL_HASH_AUTO && boot->hashes_fast) || measured;
    if (kernel->file != NULL && (all || kernel->kind == BTL_KERNEL_BTL))
        btl_boot_file_sha256(boot, kernel->file);
    for (uint32_t i = 0; attempt->planned && i < attempt->plan.module_count; i++)
        if (attempt->modules[i]->file != NULL && (all || hash_is_needed(attempt, i)))
            btl_boot_file_sha256(boot, attempt->modules[i]->file);
    for (uint32_t i = 0; all && i < kernel->initrd_count; i++)
        btl_boot_file_sha256(boot, kernel->initrds[i]);
    for (uint32_t i = 0; all && i < attempt->raw_file_count; i++)
        btl_boot_file_sha256(boot, attempt->raw_files[i].file);
}

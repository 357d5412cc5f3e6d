// SPDX-License-Identifier: BSD-2-Clause
// The end of a dry run: what the kernel would be handed, as text.
#include "loader.h"

bool dry_run_end(struct loader *loader)
{
    struct btl_manifest manifest;
    const uint8_t *memory = (const uint8_t *)(uintptr_t)loader->manifest.physical;
    if (!loader->options.dry_run)
        return true;
    if (!manifest_take_map(loader))
        return false;
    if (!loader->manifest_sealed)
        manifest_seal(loader, 0);
    // Through the reader that the kernel has: what it would refuse, nobody would boot.
    struct btl_bytes bytes = {memory, loader->manifest.size};
    struct btl_place place = {.file = BTL_STR("manifest")};
    if (!btl_manifest_open(bytes, place, &manifest, &loader->diags))
        return false;
    btl_manifest_print(&manifest, 0, &loader->log.console.out);
    log_line(&loader->log, LOG_PROBLEM,
             "dry run: this would boot (errors: %u, warnings: %u); nothing was started",
             loader->diags.errors, loader->diags.warnings);
    loader->done = true;
    return false;
}

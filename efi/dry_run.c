// SPDX-License-Identifier: BSD-2-Clause
// The end of a dry run, and of a look from the menu: what the kernel would be handed, as text.
#include "loader.h"

static void print(const void *what, struct btl_out *out)
{
    btl_manifest_print(what, 0, out);
}

bool dry_run_end(struct loader *loader)
{
    struct btl_manifest manifest;
    const uint8_t *memory = (const uint8_t *)(uintptr_t)loader->manifest.physical;
    if (!loader->options.dry_run && !loader->preview)
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
    if (loader->preview) {
        loader->preview = false;
        loader->outcome = OUTCOME_AGAIN; // back to the menu
        menu_view(loader, "The boot manifest as the kernel would get it", print, &manifest);
        return false;
    }
    watchdog_off(loader->fw); // a slow line takes its time
    btl_manifest_print(&manifest, 0, &loader->log.console.out);
    log_answer(&loader->log,
               "dry run: this would boot (errors: %u, warnings: %u); nothing was started",
               errors_shown(loader), loader->diags.warnings);
    loader->outcome = OUTCOME_DONE;
    return false;
}

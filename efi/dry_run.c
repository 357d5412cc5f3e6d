// SPDX-License-Identifier: BSD-2-Clause
// The end of a dry run or a preview: print the manifest.
#include "boot.h"

static void dry_run_print(const void *what, struct btl_out *out)
{
    btl_manifest_print(what, 0, out);
}

bool dry_run_end(struct boot *boot)
{
    struct btl_manifest manifest;
    const uint8_t *memory = (const uint8_t *)(uintptr_t)boot->res.manifest.physical;
    if (!boot->options.dry_run && !boot->preview)
        return true;
    if (!manifest_update_map(boot))
        return false;
    if (!boot->res.manifest_sealed)
        manifest_seal(boot, clock_now(&boot->clock));
    // Use the kernel's reader: it rejects what the kernel would reject.
    struct btl_bytes bytes = {memory, boot->res.manifest.size};
    struct btl_place place = {.file = BTL_STR("manifest")};
    if (!btl_manifest_open(bytes, place, &manifest, boot->attempt.diags))
        return false;
    if (boot->preview) {
        boot->preview = false;
        boot->res.outcome = OUTCOME_AGAIN; // back to the menu
        menu_view(boot, "The boot manifest as the kernel would get it", dry_run_print, &manifest);
        return false;
    }
    watchdog_off(boot->fw); // printing may take long on a slow line
    btl_manifest_print(&manifest, 0, &boot->log.console.out);
    console_print(&boot->log.console,
                  "dry run: this would boot (errors: %u, warnings: %u); nothing was started",
                  errors_shown(boot), boot->attempt.diags->warnings);
    boot->res.outcome = OUTCOME_DONE;
    return false;
}

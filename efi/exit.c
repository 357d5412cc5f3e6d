// SPDX-License-Identifier: BSD-2-Clause
// The end of boot services: the final memory map goes into the manifest, the firmware is left.
#include "boot.h"

// So often is a stale map key answered with a new map. One time is usual; a firmware that needs
// more changes its memory map on every call.
#define EXIT_TRIES    8
#define LAST_WORDS_US 10000000

// Once exit_boot_services was called, the specification leaves only the memory map and another try.
// A console that is half shut down is asked all the same: the alternative is silence. Timers may be
// off, so that no key is waited for, and there is nothing sound to return to.
static void report_half_shut_down(struct boot *boot)
{
    say_diags(boot);
    log_line(&boot->log, BTL_LOG_ERROR, "cannot boot, and boot services are half shut down: reset");
    boot->fw->stall(boot->fw, LAST_WORDS_US);
    boot->fw->reset(boot->fw, FW_RESET_COLD);
}

bool boot_services_exit(struct boot *boot)
{
    uint64_t start = clock_now(&boot->clock);
    for (uint32_t try = 1; try <= EXIT_TRIES; try++) {
        if (!manifest_update_map(boot))
            break;
        fw_status status =
            boot->fw->exit_boot_services(boot->fw, boot->res.memory_map.firmware.key);
        if (status == FW_SUCCESS) {
            // One that was saved is sealed already, and stays as it is unless the map has changed.
            if (!boot->res.manifest_sealed)
                manifest_seal(boot, start);
            return true;
        }
        boot->half_shut_down = true;
        if (status == FW_INVALID_PARAMETER && try < EXIT_TRIES)
            continue; // a stale key
        btl_report(boot->attempt.diags, BTL_BOOT_EXIT, (struct btl_place){0},
                   BTL_ARG(fw_status_name(status)), BTL_DEC(try));
        break;
    }
    if (boot->half_shut_down)
        report_half_shut_down(boot);
    return false;
}

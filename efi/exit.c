// SPDX-License-Identifier: BSD-2-Clause
// The end of boot services: write the final memory map into the manifest and exit.
#include "boot.h"

// Maximum number of ExitBootServices calls. A stale map key needs one retry; firmware that needs
// more changes its memory map on every call.
#define EXIT_TRIES    8
#define LAST_WORDS_US 10000000

// Report the failure and reset. After exit_boot_services the specification allows only the memory
// map and a retry. The console is used all the same, because the alternative is silence. Timers may
// be off, so no key is waited for.
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
            // A saved manifest is already sealed, unless the map has changed.
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

// SPDX-License-Identifier: BSD-2-Clause
// BtlBoot: the configuration that runs, for user space (btl/running_record.h).
#include "boot.h"

#include <btl/mem.h>
#include <btl/running_record.h>

static const struct fw_variable running_variable = {
    .guid = BTL_VARIABLE_GUID, .name = BTL_RUNNING_VARIABLE, .transient = true};

// Return the size of the record; 0: no record can hold the path.
static uint64_t running_encode(const struct boot *boot, uint8_t bytes[static BTL_RUNNING_MAX])
{
    struct btlm_boot facts = {0};
    trial_describe(boot, &facts);
    struct btl_running running = {.path = boot->core.choice.path,
                                  .how = boot->core.choice.how,
                                  .flags = facts.flags,
                                  .tries = facts.tries,
                                  .tries_left = facts.tries_left,
                                  .timeout = facts.timeout,
                                  .watchdog = facts.watchdog};
    if (boot->attempt.config_file != NULL)
        memcpy(running.sha256, boot->attempt.config_file->sha256, sizeof(running.sha256));
    return btl_running_write(&running, bytes);
}

// Without the variable the kernel boots as before, and its user space confirms nothing.
bool running_tell(struct boot *boot)
{
    uint8_t bytes[BTL_RUNNING_MAX];
    uint64_t size = running_encode(boot, bytes);
    if (boot->options.dry_run || boot->preview || size == 0)
        return true;
    fw_status status = boot->fw->variable_set(boot->fw, &running_variable, bytes, size);
    struct btl_str text = fw_status_name(status);
    boot->running_told = status == FW_SUCCESS;
    if (status == FW_UNSUPPORTED)
        log_only(&boot->log, BTL_LOG_DEBUG, BTL_RUNNING_VARIABLE ": not written (%pS)", &text);
    else if (status != FW_SUCCESS)
        btl_report(boot->attempt.diags, BTL_BOOT_RUNNING_UNWRITTEN, (struct btl_place){0},
                   BTL_ARG_Z(BTL_RUNNING_VARIABLE), BTL_ARG(text));
    return true;
}

void running_forget(struct boot *boot)
{
    if (boot->running_told && !boot->half_shut_down)
        boot->fw->variable_set(boot->fw, &running_variable, NULL, 0);
    boot->running_told = false;
}

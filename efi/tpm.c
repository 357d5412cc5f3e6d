// SPDX-License-Identifier: BSD-2-Clause
// Measured boot: six events for each attempt that gets as far as starting its kernel
// (docs/measured-boot.md).
#include "boot.h"

#include <btl/measure.h>

static const char absent[] = "the machine has no active TPM";

bool tpm_find(struct boot *boot)
{
    boot->tpm.status = boot->fw->tpm_find(boot->fw, &boot->tpm.facts);
    boot->core.measures = boot->tpm.status == FW_SUCCESS;
    if (boot->core.measures)
        log_line(&boot->log, BTL_LOG_DEBUG, "the machine has a TPM, active banks 0x%x",
                 boot->tpm.facts.banks);
    return true;
}

// Report what failed. False: the attempt is refused.
static bool tpm_failed(struct boot *boot, const char *what, fw_status status)
{
    bool required = boot->attempt.config.tpm == BTL_TPM_USE_REQUIRED;
    btl_report(boot->attempt.diags, required ? BTL_TPM_REQUIRED : BTL_TPM_FAILED,
               ((struct btl_place){.file = boot->attempt.config.file}), BTL_ARG_Z(what),
               BTL_ARG(fw_status_name(status)));
    return !required;
}

bool tpm_judge(struct boot *boot)
{
    enum btl_tpm_use use = boot->attempt.config.tpm;
    fw_status status = boot->tpm.status;
    if (use == BTL_TPM_USE_NO || status == FW_SUCCESS ||
        (status == FW_NOT_FOUND && use == BTL_TPM_USE_AUTO))
        return true;
    return tpm_failed(boot, status == FW_NOT_FOUND ? absent : "the TPM does not answer", status);
}

// Measure events until one fails; those before it stay measured. *ret_full: the log has no space.
static fw_status tpm_extend_all(struct boot *boot, const struct btl_measure_event *events,
                                bool *ret_full)
{
    for (size_t i = 0; i < BTL_MEASURE_EVENTS; i++) {
        fw_status status = boot->fw->tpm_extend(boot->fw, events[i].pcr, events[i].data);
        if (status == FW_VOLUME_FULL)
            *ret_full = true;
        else if (status != FW_SUCCESS)
            return status;
    }
    return FW_SUCCESS;
}

bool tpm_measure(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    struct btl_measure_event events[BTL_MEASURE_EVENTS];
    bool full = false;
    if (!boot->core.measures || attempt->config.tpm == BTL_TPM_USE_NO || boot->options.dry_run ||
        boot->preview)
        return true;
    if (!btl_attempt_measure(attempt, boot->options.text, events))
        return false;
    fw_status status = tpm_extend_all(boot, events, &full);
    if (full)
        btl_report(attempt->diags, BTL_TPM_LOG_FULL,
                   ((struct btl_place){.file = attempt->config.file}));
    if (status != FW_SUCCESS)
        return tpm_failed(boot, "the TPM has not taken an event", status);
    log_line(&boot->log, BTL_LOG_INFO, "measured into registers %u and %u of the TPM",
             BTL_MEASURE_BOOT, BTL_MEASURE_FILES);
    return true;
}

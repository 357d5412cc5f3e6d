// SPDX-License-Identifier: BSD-2-Clause
// Measured boot: six events for each attempt that gets as far as starting its kernel
// (docs/measured-boot.md).
#include "boot.h"

#include <btl/measure.h>
#include <btl/mem.h>

#define TPM_LOG_MAX (1u << 20) // bytes; that of EDK II has 64 KiB

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

// Find the log for the manifest. It has the events up to here: those of ExitBootServices follow in
// the firmware's table of final events.
static void tpm_read_log(struct boot *boot)
{
    struct fw_tpm_log log = {0};
    struct btl_place place = {.file = boot->attempt.config.file};
    if (!boot->tpm.facts.log)
        return;
    fw_status status = boot->fw->tpm_log(boot->fw, &log);
    uint64_t size = 0;
    if (status == FW_SUCCESS && log.last < TPM_LOG_MAX)
        size = btl_measure_log_size((struct btl_bytes){log.first, TPM_LOG_MAX}, log.last);
    if (size == 0)
        btl_report(boot->attempt.diags, BTL_TPM_LOG_UNREADABLE, place,
                   BTL_ARG_Z(status != FW_SUCCESS ? "the firmware does not give it"
                                                  : "it is damaged or too large"),
                   BTL_ARG(fw_status_name(status)));
    boot->res.event_log = (struct btl_str){(const char *)log.first, size};
    if (log.truncated)
        boot->res.trust.flags |= BTLM_TRUST_LOG_FULL;
}

void trust_describe(struct boot *boot)
{
    const struct btl_trust *trust = &boot->core.trust;
    const struct btl_attempt_seal *sealed = &boot->attempt.sealed;
    struct btlm_trust *record = &boot->res.trust;
    record->flags |=
        (trust->secure_boot ? BTLM_TRUST_SECURE_BOOT : 0) |
        (trust->setup_mode ? BTLM_TRUST_SETUP_MODE : 0) | (trust->shim ? BTLM_TRUST_SHIM : 0) |
        (trust->shim_off ? BTLM_TRUST_SHIM_OFF : 0) | (trust->enforced ? BTLM_TRUST_ENFORCED : 0);
    record->level = trust->level;
    if (sealed->file != NULL)
        memcpy(record->seal_sha256, btl_boot_file_sha256(&boot->core, sealed->file), 32);
    if (sealed->fits)
        record->seal_level = sealed->seal.level;
    record->banks = boot->tpm.facts.banks;
    if (record->tpm == BTLM_TPM_NONE && boot->core.measures)
        record->tpm = BTLM_TPM_UNUSED;
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
    boot->res.trust.tpm = status == FW_SUCCESS ? BTLM_TPM_MEASURED : BTLM_TPM_INCOMPLETE;
    if (full)
        boot->res.trust.flags |= BTLM_TRUST_LOG_FULL;
    tpm_read_log(boot);
    if (full)
        btl_report(attempt->diags, BTL_TPM_LOG_FULL,
                   ((struct btl_place){.file = attempt->config.file}));
    if (status != FW_SUCCESS)
        return tpm_failed(boot, "the TPM has not taken an event", status);
    log_line(&boot->log, BTL_LOG_INFO, "measured into registers %u and %u of the TPM",
             BTL_MEASURE_BOOT, BTL_MEASURE_FILES);
    return true;
}

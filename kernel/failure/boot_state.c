// SPDX-License-Identifier: BSD-2-Clause
// The records that the kernel writes: BtlGood, BtlFailed, BtlNext. Variables are in flash, which
// wears: an identical record is not written again.
#include "failure/boot_state.h"

#include "base/handoff.h"
#include "console/say.h"
#include "dlkm/dlkm.h"
#include "failure/run_record.h"

#include <btl/kernel.h>

// A variable with other attributes was not written by BTL and counts as missing.
void boot_record_load(enum btl_variable which, struct boot_record *ret)
{
    uint32_t attributes = 0;

    ret->size = sizeof(ret->bytes);
    ret->status = efi_variable_get(btl_variable_name(which), ret->bytes, &ret->size, &attributes);
    if (ret->status != EFI_SUCCESS || attributes != BTL_VARIABLE_ATTRIBUTES)
        ret->size = 0;
    btl_record_read(which, (struct btl_bytes){ret->bytes, ret->size}, &ret->record);
}

static bool boot_report_status(enum btl_variable which, efi_status status)
{
    if (status == EFI_UNSUPPORTED)
        kernel_say(BTL_RUN_STATE_READ_ONLY, BTL_ARG_Z(btl_variable_name(which)));
    else if (status != EFI_SUCCESS)
        kernel_say(BTL_RUN_STATE_WRITE, BTL_ARG_Z(btl_variable_name(which)),
                   BTL_ARG_Z(efi_status_text(status)));
    return status == EFI_SUCCESS;
}

// The firmware keeps the attributes of an existing variable: delete one with other attributes
// first, and one that is too large to be read.
static efi_status boot_record_replace(enum btl_variable which, const struct boot_record *before,
                                      struct btl_bytes bytes)
{
    const char *name = btl_variable_name(which);

    if ((before->status == EFI_SUCCESS && before->size == 0) ||
        before->status == EFI_BUFFER_TOO_SMALL)
        efi_variable_set(name, NULL, 0);
    return efi_variable_set(name, bytes.at, bytes.size);
}

bool boot_record_store(enum btl_variable which, const struct btl_record *record, bool *ret_new)
{
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size = btl_record_write(which, record, bytes);
    struct boot_record before;
    efi_status status = EFI_SUCCESS;

    if (size == 0) {
        kernel_say(BTL_RUN_STATE_PATH, BTL_ARG(record->path), BTL_DEC(BTL_RECORD_PATH_MAX));
        return false;
    }
    if (!efi_runtime_usable()) {
        kernel_say(BTL_RUN_STATE_SERVICES);
        return false;
    }
    boot_record_load(which, &before);
    *ret_new = before.size != size || memcmp(before.bytes, bytes, size) != 0;
    if (*ret_new)
        status = boot_record_replace(which, &before, (struct btl_bytes){bytes, size});
    return boot_report_status(which, status);
}

const struct btlm_boot *boot_entry(void)
{
    return handoff_ready() ? btl_manifest_boot(handoff_manifest()) : NULL;
}

bool boot_has(uint32_t flag)
{
    const struct btlm_boot *boot = boot_entry();

    return boot != NULL && (boot->flags & flag);
}

// Return a record of the configuration that was booted.
static struct btl_record boot_this_record(void)
{
    const struct btlm_boot *boot = boot_entry();
    struct btl_record record = {.path = btl_manifest_str(handoff_manifest(), boot->path)};

    memcpy(record.sha256, boot->sha256, sizeof(record.sha256));
    return record;
}

static bool boot_is_known(void)
{
    if (boot_entry() == NULL)
        kernel_say(BTL_RUN_STATE_UNKNOWN);
    return boot_entry() != NULL;
}

bool boot_record_failure(struct btl_str text)
{
    struct boot_record before;
    struct btl_record record;
    bool is_new;

    if (!boot_is_known())
        return false;
    record = boot_this_record();
    record.number = BTL_FAILED_IN_KERNEL;
    record.text = text;
    boot_record_load(BTL_VARIABLE_FAILED, &before);
    btl_record_merge_given_up(&before.record, &record);
    return boot_record_store(BTL_VARIABLE_FAILED, &record, &is_new);
}

// Does this boot show that the configuration on the volume is good? A safe boot or one with changes
// does not.
static bool boot_may_be_good(void)
{
    struct btl_str path;

    if (!boot_is_known())
        return false;
    path = boot_this_record().path;
    if (boot_has(BTLM_BOOT_SAFE))
        kernel_say(BTL_RUN_OK_SAFE, BTL_ARG(path));
    else if (boot_has(BTLM_BOOT_CHANGED))
        kernel_say(BTL_RUN_OK_CHANGED, BTL_ARG(path));
    return !boot_has(BTLM_BOOT_SAFE | BTLM_BOOT_CHANGED);
}

// Remove the failure of this configuration from BtlFailed. BtlGood is written before, since it
// matters more if the power fails in between.
static void boot_settle_failure(const uint8_t sha256[static 32])
{
    struct boot_record failed;
    struct btl_record rest;
    bool is_new;

    boot_record_load(BTL_VARIABLE_FAILED, &failed);
    if (!btl_record_remove(&failed.record, sha256, &rest))
        return;
    if (rest.valid)
        boot_record_store(BTL_VARIABLE_FAILED, &rest, &is_new);
    else
        boot_report_status(BTL_VARIABLE_FAILED,
                           efi_variable_set(btl_variable_name(BTL_VARIABLE_FAILED), NULL, 0));
}

static bool is_ok;

bool boot_is_ok(void)
{
    return is_ok;
}

bool boot_ok(void)
{
    struct btl_record record;
    bool is_new;

    if (!boot_may_be_good())
        return false;
    record = boot_this_record();
    if (!boot_record_store(BTL_VARIABLE_GOOD, &record, &is_new))
        return false;
    boot_settle_failure(record.sha256);
    kprintf("boot-ok: %pS is the last good configuration%s\n", &record.path,
            is_new ? " from now on" : " already");
    is_ok = true;
    run_record_write(BTL_RUN_GOOD);
    return true;
}

void boot_ok_by_itself(void)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        if (!btl_on_error_is_vital(BTLM_ON_ERROR(module->entry->flags)) ||
            (module->state != MODULE_FAILED && module->state != MODULE_OFF))
            continue;
        kernel_say(BTL_RUN_OK_FAILED, BTL_ARG(module_name(module)),
                   BTL_ARG_Z(btl_on_error_name(BTLM_ON_ERROR(module->entry->flags))));
        return;
    }
    boot_ok();
}

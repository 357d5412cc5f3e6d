// SPDX-License-Identifier: BSD-2-Clause
// Reading and writing of the boot state in UEFI variables (btl/boot_state.h).
#include "boot.h"

#include <btl/mem.h>

static struct fw_variable firmware_variable(enum btl_variable variable)
{
    return (struct fw_variable){.guid = BTL_VARIABLE_GUID, .name = btl_variable_name(variable)};
}

static struct btl_arg variable_name_arg(enum btl_variable variable)
{
    return BTL_ARG_Z(btl_variable_name(variable));
}

// ---------------------------------------------------------------------------------------- reading

// False: no memory.
static bool state_read_variable(struct boot *boot, enum btl_variable variable)
{
    struct fw_variable which = firmware_variable(variable);
    struct btl_record *record = &boot->core.state.record[variable];
    uint64_t size = BTL_RECORD_MAX;
    uint32_t attributes = 0;
    uint8_t *bytes = btl_alloc(&boot->arena, BTL_RECORD_MAX, 1);
    *record = (struct btl_record){0};
    boot->variables[variable] = (struct btl_bytes){0};
    if (bytes == NULL)
        return false;
    fw_status status = boot->fw->variable_get(boot->fw, &which, bytes, &size, &attributes);
    if (status == FW_NOT_FOUND || status == FW_UNSUPPORTED)
        return true;
    if (status != FW_SUCCESS && status != FW_BUFFER_TOO_SMALL) {
        btl_report(boot->attempt.diags, BTL_BOOT_STATE_UNREADABLE, (struct btl_place){0},
                   variable_name_arg(variable), BTL_ARG(fw_status_name(status)));
        return true;
    }
    bool whole = status == FW_SUCCESS && size <= BTL_RECORD_MAX;
    boot->variables[variable] = (struct btl_bytes){bytes, whole && size > 0 ? size : 1};
    if (whole && attributes == BTL_VARIABLE_ATTRIBUTES &&
        btl_record_read(variable, (struct btl_bytes){bytes, size}, record))
        return true;
    *record = (struct btl_record){0};
    btl_report(boot->attempt.diags, BTL_BOOT_STATE_DAMAGED, (struct btl_place){0},
               variable_name_arg(variable));
    return true;
}

struct btl_str state_escape(struct boot *boot, struct btl_str text)
{
    static const char digits[] = "0123456789abcdef";
    char *at = btl_alloc(&boot->arena, 4 * text.len + 1, 1);
    size_t len = 0;
    if (at == NULL)
        return BTL_STR("?");
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.at[i];
        if (c >= ' ' && c < 0x7f) {
            at[len++] = (char)c;
            continue;
        }
        at[len++] = '\\';
        at[len++] = 'x';
        at[len++] = digits[c >> 4];
        at[len++] = digits[c & 15];
    }
    return (struct btl_str){at, len};
}

void state_say_failed(struct boot *boot)
{
    const struct btl_record *failed = &boot->core.state.record[BTL_VARIABLE_FAILED];
    bool wanted = btl_str_equal(failed->path, boot->core.choice.path);
    struct btl_str path = state_escape(boot, failed->path),
                   line = state_escape(boot, btl_boot_failed_line(&boot->core.state));
    const char *where = failed->number == BTL_FAILED_IN_KERNEL ? "kernel" : "loader";
    if (failed->path.len > 0)
        log_line(&boot->log, wanted ? BTL_LOG_INFO : BTL_LOG_DEBUG,
                 "a boot of %pS has failed, in the %s: %pS", &path, where, &line);
}

bool choice_first(struct boot *boot)
{
    const struct btl_load_options *options = &boot->options;
    btl_boot_choose(&boot->core, options->config, options->safe, boot->attempt.diags);
    if (boot->core.choice.how == BTLM_HOW_ONE_SHOT)
        log_line(&boot->log, BTL_LOG_INFO, "for this boot only: %pS", &boot->core.choice.path);
    state_say_failed(boot);
    return true;
}

bool state_read(struct boot *boot)
{
    boot->pending.step = PENDING_NEW;
    for (int variable = 0; variable < BTL_VARIABLES; variable++) {
        if (!state_read_variable(boot, variable))
            return btl_attempt_no_memory(&boot->attempt, "reading the boot state");
    }
    return true;
}

// ---------------------------------------------------------------------------------------- writing

static void state_report(struct boot *boot, enum btl_variable variable, fw_status status)
{
    struct btl_arg name = variable_name_arg(variable), text = BTL_ARG(fw_status_name(status));
    enum btl_code code = status == FW_OUT_OF_RESOURCES  ? BTL_BOOT_STATE_FULL
                         : status == FW_WRITE_PROTECTED ? BTL_BOOT_STATE_PROTECTED
                         : status == FW_UNSUPPORTED     ? BTL_BOOT_STATE_UNSUPPORTED
                                                        : BTL_BOOT_STATE_UNWRITTEN;
    btl_report(boot->attempt.diags, code, (struct btl_place){0}, name, text);
}

bool state_write(struct boot *boot, enum btl_variable variable, const struct btl_record *record)
{
    struct fw_variable which = firmware_variable(variable);
    struct btl_bytes *stored = &boot->variables[variable];
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size = record == NULL ? 0 : btl_record_write(variable, record, bytes);
    if (boot->options.dry_run || boot->preview || boot->written[variable])
        return false;
    if (record != NULL && size == 0)
        return false; // a path that no record can hold
    if (size == 0 && stored->size == 0)
        return true;
    // An identical record counts as written; otherwise two records would alternate on every boot.
    boot->written[variable] = true;
    if (size == stored->size && memcmp(bytes, stored->at, size) == 0)
        return true;
    fw_status status = boot->fw->variable_set(boot->fw, &which, bytes, size);
    if (status != FW_SUCCESS && !(size == 0 && status == FW_NOT_FOUND)) {
        state_report(boot, variable, status);
        return false;
    }
    log_only(&boot->log, BTL_LOG_DEBUG, "%s: %s", which.name, size > 0 ? "written" : "deleted");
    return true;
}

bool state_is_gone(struct boot *boot, enum btl_variable variable)
{
    struct fw_variable which = firmware_variable(variable);
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size = sizeof(bytes);
    uint32_t attributes;
    return boot->fw->variable_get(boot->fw, &which, bytes, &size, &attributes) == FW_NOT_FOUND;
}

// The last part of a text.
struct tail {
    char text[2 * BTL_RECORD_TEXT_MAX];
    size_t len;
};

static void tail_put(struct btl_out *out, const char *text, size_t len)
{
    struct tail *tail = out->owner;
    size_t half = sizeof(tail->text) / 2;
    for (size_t i = 0; i < len; i++) {
        if (tail->len == sizeof(tail->text)) {
            memmove(tail->text, tail->text + half, half);
            tail->len = half;
        }
        tail->text[tail->len++] = text[i];
    }
}

// Print the errors that are not hidden. The reason of the failure comes last.
static void state_collect_errors(const struct boot *boot, struct btl_out *out)
{
    for (const struct btl_diag *diag = boot->attempt.diags->first; diag != NULL;
         diag = diag->next) {
        if (diag == boot->attempt.reason || btl_code_severity(diag->code) != BTL_ERROR ||
            is_hidden(boot, diag))
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
    if (boot->attempt.reason != NULL) {
        btl_diag_print(out, boot->attempt.reason);
        btl_format(out, "\n");
    }
}

static bool record_is_about_choice(const struct btl_record *record, const struct boot *boot)
{
    return boot->attempt.config_file != NULL &&
           btl_record_names(record, boot->attempt.config_file->sha256);
}

void state_failed(struct boot *boot)
{
    const struct btl_record *failed = &boot->core.state.record[BTL_VARIABLE_FAILED];
    struct btl_record record = {
        .valid = true, .number = BTL_FAILED_IN_LOADER, .path = boot->core.choice.path};
    struct tail tail = {.len = 0};
    struct btl_out out = {.put = tail_put, .owner = &tail};
    // Record the requested configuration only: with its fallback, two records would alternate on
    // every boot. And keep the kernel's record: its message says more than "given up".
    if (boot->core.choice.how == BTLM_HOW_FALLBACK ||
        (boot->attempt.trial == BTL_TRIAL_FAILED && boot->attempt.fallback.valid))
        return;
    state_collect_errors(boot, &out);
    record.text = (struct btl_str){tail.text, tail.len};
    if (boot->attempt.config_file != NULL)
        memcpy(record.sha256, boot->attempt.config_file->sha256, sizeof(record.sha256));
    btl_record_merge_given_up(failed, &record);
    state_write(boot, BTL_VARIABLE_FAILED, &record);
    say_diags(boot);
}

// Compute the rest of BtlFailed. False: all of it is still valid.
static bool failed_is_outdated(const struct boot *boot, struct btl_record *ret_rest)
{
    const struct btl_record *failed = &boot->core.state.record[BTL_VARIABLE_FAILED];
    bool repaired = record_is_about_choice(failed, boot) && failed->number == BTL_FAILED_IN_LOADER;
    bool changed = !record_is_about_choice(failed, boot) &&
                   btl_str_equal(failed->path, boot->core.choice.path);
    *ret_rest = (struct btl_record){.valid = false};
    if (repaired) {
        btl_record_merge_given_up(failed, ret_rest);
        ret_rest->valid = ret_rest->given_up_count > 0;
    } else if (changed) {
        btl_record_remove(failed, failed->sha256, ret_rest);
    }
    return repaired || changed || !failed->valid;
}

void state_tidy(struct boot *boot)
{
    struct btl_record rest;
    if (failed_is_outdated(boot, &rest))
        state_write(boot, BTL_VARIABLE_FAILED, rest.valid ? &rest : NULL);
    if (boot->attempt.trial != BTL_TRIAL_COUNTED && btl_boot_trial_is_over(&boot->core.state))
        state_write(boot, BTL_VARIABLE_TRIAL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
// Changes of loader.conf from the running system: BtlPending (btl/pending.h) is judged, written to
// the file as `btl set --trial` would, and deleted.
//
// The attempt with the old text finds the record and gives way to an attempt with the changed text,
// which is only judged: an error or a warning that the old text did not have refuses the change.
// Then the files are written, and the next attempt boots what is on the volume. If the power fails,
// the record is still there: it is judged again, and for a text that has its lines it is done.
#include <btl/config_edit.h>
#include <btl/hash.h>

#include "boot.h"
#include "replace.h"

#include <btl/mem.h>

#define RECOVERED ".again" // not the other name of a file that an interrupted boot has left

static const struct btl_record *pending_record(const struct boot *boot)
{
    return &boot->core.state.record[BTL_VARIABLE_PENDING];
}

static struct btl_place pending_place(const struct boot *boot)
{
    return (struct btl_place){.file = pending_record(boot)->path};
}

// The lines as one, for messages.
static struct btl_str pending_lines(struct boot *boot)
{
    struct btl_str rest = pending_record(boot)->text, line, all = BTL_STR("");
    while (btl_take_line(&rest, &line)) {
        const struct btl_str parts[] = {all, all.len > 0 ? BTL_STR(", ") : BTL_STR(""), line};
        all = btl_str_join(&boot->arena, parts, BTL_COUNT(parts));
    }
    return state_escape(boot, all);
}

// --- results

// End this attempt; the next one repeats the choice, and asks nothing again.
static bool pending_again(struct boot *boot)
{
    boot->decided = true;
    boot->res.outcome = OUTCOME_AGAIN;
    return false;
}

// What stays true for the rest of the boot: the manifest belongs to the last attempt.
static void pending_report(struct boot *boot)
{
    const struct pending *pending = &boot->pending;
    struct btl_diags *diags = boot->attempt.diags;
    struct btl_place place = pending_place(boot);
    struct btl_arg lines = BTL_ARG(pending->lines), reason = BTL_ARG(pending->reason);
    if (pending->step == PENDING_REFUSED)
        btl_report(diags, BTL_BOOT_PENDING_REFUSED, place, lines, reason);
    if (pending->step == PENDING_UNWRITTEN)
        btl_report(diags, BTL_BOOT_PENDING_UNWRITTEN, place, lines, reason);
    if (pending->stuck)
        btl_report(diags, BTL_BOOT_PENDING_STUCK, place, lines);
}

// The deletion is checked: firmware may report success and keep the variable.
static void pending_delete(struct boot *boot, enum pending_step step)
{
    boot->pending.step = step;
    boot->pending.stuck = !state_write(boot, BTL_VARIABLE_PENDING, NULL) ||
                          !state_is_gone(boot, BTL_VARIABLE_PENDING);
}

static void pending_refuse(struct boot *boot, struct btl_str reason)
{
    boot->pending.reason = reason;
    pending_delete(boot, PENDING_REFUSED);
}

static void pending_applied(struct boot *boot, const char *when)
{
    struct btl_str path = state_escape(boot, pending_record(boot)->path);
    log_line(&boot->log, BTL_LOG_NOTE, "changes from the running system are in %pS%s: %pS", &path,
             when, &boot->pending.lines);
    boot->pending.applied = true;
    pending_delete(boot, PENDING_APPLIED);
}

// --- writing

// False: not written, and boot->pending.reason says why.
static bool pending_fail(struct boot *boot, const struct replacement *file)
{
    static const char *const steps[] = {[REPLACE_CREATE] = "cannot be created",
                                        [REPLACE_WRITE] = "cannot be written",
                                        [REPLACE_SHORT] = "cannot be written as a whole",
                                        [REPLACE_REMOVE] = "cannot be removed",
                                        [REPLACE_RENAME] = "cannot be renamed"};
    struct btl_str status = fw_status_name(file->status);
    bool full = file->failed == REPLACE_SHORT;
    const struct btl_str parts[] = {file->failed == REPLACE_REMOVE ? file->path : file->new_path,
                                    BTL_STR(" "), btl_str_of(steps[file->failed]), BTL_STR(": "),
                                    full ? BTL_STR("the volume may be full") : status};
    boot->pending.reason = btl_str_join(&boot->arena, parts, BTL_COUNT(parts));
    return false;
}

// Write the old text to PATH.prev. False: reported.
static bool pending_write_previous(struct boot *boot, struct btl_str path)
{
    struct replacement previous = {.volume = boot->volume, .bytes = boot->pending.old};
    const struct btl_str parts[] = {path, BTL_STR(".prev")};
    struct btl_str name = btl_str_join(&boot->arena, parts, BTL_COUNT(parts));
    if (name.at == NULL || !replace_names(&previous, name, BTL_STR(".new"), &boot->arena)) {
        boot->pending.reason = BTL_STR("no memory");
        return false;
    }
    bool good = replace_begin(&previous) && replace_end(&previous);
    file_forget(boot, name);
    return good || pending_fail(boot, &previous);
}

// The new file is complete before .prev changes, and .prev before the old file goes. False: the old
// file is in its place, or the new one lies beside it.
static bool pending_write(struct boot *boot, bool keep)
{
    struct replacement file = {
        .volume = boot->volume,
        .bytes = {(const uint8_t *)boot->pending.text.at, boot->pending.text.len}};
    struct btl_str path = pending_record(boot)->path;
    if (!replace_names(&file, path, BTL_STR(".new"), &boot->arena)) {
        boot->pending.reason = BTL_STR("no memory");
        return false;
    }
    if (!replace_begin(&file))
        return pending_fail(boot, &file);
    if (keep && !pending_write_previous(boot, path)) {
        replace_cancel(&file);
        return false;
    }
    return replace_end(&file) || pending_fail(boot, &file);
}

// Does the old text become .prev? As for `btl set`.
static bool pending_keeps_old(struct boot *boot)
{
    const struct btl_record *good = &boot->core.state.record[BTL_VARIABLE_GOOD];
    struct btl_str old = {(const char *)boot->pending.old.at, boot->pending.old.size};
    struct btl_config before;
    return btl_config_read(&boot->arena, old, &before) &&
           btl_trial_keeps_old(&before, &boot->attempt.config,
                               btl_record_names(good, pending_record(boot)->sha256));
}

// --- judging

// Return why the record waits for another boot; empty: it does not.
static struct btl_str pending_obstacle(const struct boot *boot)
{
    const struct btl_choice *choice = &boot->core.choice;
    if (choice->how == BTLM_HOW_FALLBACK)
        return BTL_STR("this boot runs a fallback");
    if (!btl_str_equal(choice->path, pending_record(boot)->path))
        return BTL_STR("another configuration is booted");
    if (choice->safe)
        return BTL_STR("this is a safe boot");
    if (choice->changes.len > 0)
        return BTL_STR("this boot was changed in the menu");
    if (boot->options.dry_run)
        return BTL_STR("a dry run writes nothing");
    return boot->attempt.config_file == NULL ? BTL_STR("the file cannot be read") : BTL_STR("");
}

static bool pending_wait(struct boot *boot, struct btl_str why)
{
    btl_report(boot->attempt.diags, BTL_BOOT_PENDING_WAITS, pending_place(boot),
               BTL_ARG(boot->pending.lines), BTL_ARG(why));
    return true;
}

// Would the changed text be refused, because the configuration's seal is about the old one?
static bool pending_breaks_seal(const struct boot *boot)
{
    const struct btl_attempt_seal *sealed = &boot->attempt.sealed;
    struct btl_str text = boot->pending.text;
    uint8_t digest[32];
    if (!sealed->strict)
        return false;
    btl_sha256((struct btl_bytes){(const uint8_t *)text.at, text.len}, digest);
    return btl_seal_judge(&sealed->seal, pending_record(boot)->path, text.len, digest) !=
           BTL_SEAL_VERDICT_FITS;
}

// Let an attempt judge the changed text.
static bool pending_try(struct boot *boot)
{
    struct btl_str path = pending_record(boot)->path;
    if (pending_breaks_seal(boot)) {
        pending_refuse(boot, BTL_STR("the seal is about the text without them; make them with 'btl "
                                     "set', which seals the new text"));
        pending_report(boot);
        return true;
    }
    btl_diag_set_make(&boot->pending.before, boot->attempt.diags, &boot->arena);
    boot->pending.old = boot->attempt.config_file->bytes;
    if (boot->pending.before.no_memory || !file_overlay(boot, path, boot->pending.text))
        return pending_wait(boot, BTL_STR("there is no memory to judge them"));
    log_line(&boot->log, BTL_LOG_INFO, "judging changes from the running system: %pS",
             &boot->pending.lines);
    boot->pending.step = PENDING_JUDGED;
    return pending_again(boot);
}

static bool pending_begin(struct boot *boot)
{
    const struct btl_record *record = pending_record(boot);
    const struct btl_attempt *attempt = &boot->attempt;
    if (!record->valid) {
        state_write(boot, BTL_VARIABLE_PENDING, NULL); // a damaged one
        return true;
    }
    if (boot->preview)
        return true;
    boot->pending.lines = pending_lines(boot);
    struct btl_str why = pending_obstacle(boot);
    if (why.len > 0)
        return pending_wait(boot, why);
    struct btl_str text = {(const char *)attempt->config_file->bytes.at,
                           attempt->config_file->bytes.size};
    switch (btl_pending_apply(record, text, &boot->arena, &boot->pending.text)) {
    case BTL_PENDING_APPLIES:
        return pending_try(boot);
    case BTL_PENDING_DONE:
        pending_applied(boot, " already");
        break;
    case BTL_PENDING_CHANGED:
        pending_refuse(boot, BTL_STR("the file was changed since they were made"));
        break;
    case BTL_PENDING_NO_EFFECT:
        pending_refuse(boot, BTL_STR("the loader would not read them from this file"));
        break;
    default:
        return pending_wait(boot, BTL_STR("there is no memory to apply them"));
    }
    pending_report(boot);
    return true;
}

// The next attempt has what was written, or the old text: no file is read twice without need.
static void pending_end_overlay(struct boot *boot)
{
    struct btl_str path = pending_record(boot)->path;
    struct btl_str old = {(const char *)boot->pending.old.at, boot->pending.old.size};
    if (boot->pending.step == PENDING_APPLIED)
        file_forget(boot, path);
    else
        file_overlay(boot, path, old);
}

// The attempt with the changed text is planned.
static bool pending_end(struct boot *boot)
{
    char text[512];
    struct btl_buffer reason = btl_buffer(text, sizeof(text));
    const struct btl_diag *added =
        btl_diag_added(&boot->pending.before, boot->attempt.diags->first, &boot->arena);
    if (added != NULL) {
        btl_diag_print(&reason.out, added);
        pending_refuse(boot, btl_str_copy(&boot->arena, btl_buffer_text(&reason)));
    } else if (pending_write(boot, pending_keeps_old(boot))) {
        pending_applied(boot, "");
    } else {
        boot->pending.step = PENDING_UNWRITTEN;
    }
    pending_end_overlay(boot);
    return pending_again(boot);
}

bool pending_apply(struct boot *boot)
{
    if (boot->pending.step == PENDING_NEW)
        return pending_begin(boot);
    if (boot->pending.step == PENDING_JUDGED)
        return pending_end(boot);
    pending_report(boot);
    return true;
}

bool pending_failed(struct boot *boot)
{
    if (boot->pending.step != PENDING_JUDGED)
        return false;
    if (boot->attempt.reason != NULL) {
        pending_refuse(boot, btl_attempt_reason(&boot->attempt, &boot->arena));
    } else {
        boot->pending.reason = BTL_STR("no memory");
        boot->pending.step = PENDING_UNWRITTEN;
    }
    pending_end_overlay(boot);
    pending_again(boot);
    return true;
}

// ------------------------------------------------------------------------------------ a power
// failure

// Put the changed text into the place of the removed file. False: it is still beside it.
static bool pending_complete(struct boot *boot, struct btl_bytes text)
{
    const struct btl_record *record = pending_record(boot);
    struct btl_str as_text = {(const char *)text.at, text.size}, ignored;
    struct replacement file = {.volume = boot->volume, .bytes = text};
    return btl_pending_apply(record, as_text, &boot->arena, &ignored) == BTL_PENDING_DONE &&
           replace_names(&file, record->path, BTL_STR(RECOVERED), &boot->arena) &&
           replace_begin(&file) && replace_end(&file);
}

bool pending_recover(struct boot *boot)
{
    const struct btl_record *record = pending_record(boot);
    const struct btl_str parts[] = {record->path, BTL_STR(".new")};
    struct btl_str name = btl_str_join(&boot->arena, parts, BTL_COUNT(parts));
    struct btl_file_problem problem = {0};
    // Where seals are enforced, no change was written, and no unverified text is parsed.
    if (!record->valid || boot->options.dry_run || boot->core.trust.enforced || name.at == NULL)
        return true;
    const struct btl_boot_file *file = file_read(boot, name, BTL_CONFIG_MAX, &problem);
    if (file == NULL)
        return true;
    const struct btl_boot_file *current = file_read(boot, record->path, BTL_CONFIG_MAX, &problem);
    bool same = current != NULL && memcmp(btl_boot_file_sha256(&boot->core, current),
                                          btl_boot_file_sha256(&boot->core, file), 32) == 0;
    bool removed = current == NULL && problem.code == BTL_FILE_NOT_FOUND;
    if (same || (removed && pending_complete(boot, file->bytes)))
        boot->volume->remove(boot->volume, name);
    file_forget(boot, name);
    if (removed)
        file_forget(boot, record->path);
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// The seal of a configuration: read, verified where the machine enforces seals, and opened, all
// before the configuration is parsed. Then each file that a step reads is compared with it.
#include "attempt_private.h"

// ------------------------------------------------------------------------------------- the seal

// Read the file beside the configuration. False: reported.
static bool seal_read(struct btl_attempt *attempt, struct btl_diags *faults)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_attempt_seal *sealed = &attempt->sealed;
    const struct btl_str parts[] = {boot->choice.path, BTL_STR(BTL_SEAL_SUFFIX)};
    struct btl_file_problem problem;
    struct btl_str path = btl_str_join(attempt->arena, parts, BTL_COUNT(parts));
    if (path.at == NULL) {
        btl_report(faults, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z("reading the seal"));
        return false;
    }
    sealed->name = attempt_name(attempt, path);
    sealed->file = boot->driver->read(boot->owner, path, BTL_SEAL_MAX, &problem);
    sealed->absent = sealed->file == NULL && problem.code == BTL_FILE_NOT_FOUND;
    if (sealed->absent)
        btl_report(faults, BTL_SEAL_MISSING,
                   (struct btl_place){.file = attempt_name(attempt, boot->choice.path)},
                   BTL_ARG(sealed->name));
    else if (sealed->file == NULL)
        btl_file_report(faults, (struct btl_place){.file = sealed->name}, &problem);
    return sealed->file != NULL;
}

// Let the firmware or shim verify the signature, before any code here looks at the file.
static bool seal_verify(struct btl_attempt *attempt, struct btl_diags *faults)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_boot_file *file = attempt->sealed.file;
    struct btl_str status = BTL_STR("");
    if (!boot->trust.enforced || boot->driver->verify(boot->owner, file, &status))
        return true;
    btl_report(faults, BTL_SEAL_UNTRUSTED, (struct btl_place){.file = attempt->sealed.name},
               BTL_ARG(status));
    return false;
}

static bool seal_open(struct btl_attempt *attempt, struct btl_diags *faults)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_attempt_seal *sealed = &attempt->sealed;
    struct btl_place place = {.file = sealed->name};
    if (!btl_seal_open(sealed->file->bytes, place, boot->machine, attempt->arena, &sealed->seal,
                       faults))
        return false;
    sealed->opened = sealed->seal.level >= boot->trust.level;
    if (!sealed->opened)
        btl_report(faults, BTL_SEAL_LEVEL, place, BTL_DEC(sealed->seal.level),
                   BTL_DEC(boot->trust.level));
    return sealed->opened;
}

// Return the code of what is wrong with a file, or BTL_CODES.
static enum btl_code seal_fault(const struct btl_attempt *attempt, const struct btl_boot_file *file,
                                struct btl_str path)
{
    switch (btl_seal_judge(&attempt->sealed.seal, path, file->bytes.size,
                           btl_boot_file_sha256(attempt->boot, file))) {
    case BTL_SEAL_VERDICT_FITS:
        return BTL_CODES;
    case BTL_SEAL_VERDICT_NOT_LISTED:
        return BTL_SEAL_NOT_LISTED;
    default:
        return BTL_SEAL_MISMATCH;
    }
}

// Compare the configuration: a seal is of one, and another one that it lists is a file as any.
static bool seal_judge_configuration(struct btl_attempt *attempt, struct btl_diags *faults)
{
    struct btl_attempt_seal *sealed = &attempt->sealed;
    struct btl_str path = attempt->boot->choice.path;
    const struct btl_seal_line *line = btl_seal_find(&sealed->seal, path);
    if (attempt->config_file == NULL)
        return false; // reported
    enum btl_code code = seal_fault(attempt, attempt->config_file, path);
    if (code == BTL_CODES && line->kind != BTL_SEAL_CONFIG)
        code = BTL_SEAL_NOT_LISTED;
    sealed->fits = code == BTL_CODES;
    if (!sealed->fits)
        btl_report(faults, code, (struct btl_place){.file = attempt_name(attempt, path)},
                   BTL_ARG(sealed->name));
    return sealed->fits;
}

// ------------------------------------------------------------------------------- what is wrong

static void seal_report(struct btl_attempt *attempt, const struct btl_diag *fault)
{
    btl_diag_add(attempt->diags, fault->code, fault->place, fault->arg, BTL_DIAG_ARGS);
}

// Report a fault that nothing is refused for.
static void seal_warn(struct btl_attempt *attempt, const struct btl_diag *fault)
{
    struct btl_buffer measured = btl_buffer(NULL, 0);
    btl_diag_sentence(&measured.out, fault);
    char *text = btl_alloc(attempt->arena, measured.len + 1, 1);
    if (text == NULL) {
        btl_attempt_no_memory(attempt, "comparing files with the seal");
        return;
    }
    struct btl_buffer sentence = btl_buffer(text, measured.len + 1);
    btl_diag_sentence(&sentence.out, fault);
    btl_report(attempt->diags, BTL_SEAL_NOT_ENFORCED, fault->place,
               BTL_ARG(btl_buffer_text(&sentence)));
}

static void seal_report_all(struct btl_attempt *attempt,
                            void (*report)(struct btl_attempt *attempt,
                                           const struct btl_diag *fault))
{
    const struct btl_diags *faults = &attempt->sealed.faults;
    for (const struct btl_diag *fault = faults->first; fault != NULL; fault = fault->next)
        report(attempt, fault);
    if (faults->lost > 0)
        btl_attempt_no_memory(attempt, "reading the seal");
}

// ----------------------------------------------------------------------------- for the other steps

bool attempt_open_seal(struct btl_attempt *attempt)
{
    struct btl_attempt_seal *sealed = &attempt->sealed;
    struct btl_diags *faults = &sealed->faults;
    if (attempt->boot->seals_ignored)
        return true;
    sealed->faults = (struct btl_diags){.arena = attempt->arena};
    sealed->strict = attempt->boot->trust.enforced;
    bool good = seal_read(attempt, faults) && seal_verify(attempt, faults) &&
                seal_open(attempt, faults) && seal_judge_configuration(attempt, faults);
    if (!sealed->strict)
        return true;
    seal_report_all(attempt, seal_report);
    return good;
}

bool attempt_judge_seal(struct btl_attempt *attempt)
{
    struct btl_attempt_seal *sealed = &attempt->sealed;
    bool wanted = attempt->config.seal == BTL_SEAL_STRICT && !attempt->boot->seals_ignored;
    if (sealed->strict)
        return true; // reported, when it was opened
    sealed->strict = wanted;
    if (sealed->fits || (sealed->absent && !wanted))
        return true;
    seal_report_all(attempt, wanted ? seal_report : seal_warn);
    return !wanted;
}

// May the step use the file? False: *ret_problem is the reason.
static bool seal_admits(struct btl_attempt *attempt, const struct btl_boot_file *file,
                        struct btl_str path, struct btl_file_problem *ret_problem)
{
    const struct btl_attempt_seal *sealed = &attempt->sealed;
    if (!sealed->fits)
        return !sealed->strict;
    enum btl_code code = seal_fault(attempt, file, path);
    if (code == BTL_CODES)
        return true;
    *ret_problem = (struct btl_file_problem){.code = code, .status = sealed->name};
    if (sealed->strict)
        return false;
    seal_warn(attempt, &(struct btl_diag){.code = code,
                                          .place.file = attempt_name(attempt, path),
                                          .arg = {BTL_ARG(sealed->name)}});
    return true;
}

const struct btl_boot_file *attempt_read_file(struct btl_attempt *attempt, struct btl_str path,
                                              uint64_t max, struct btl_file_problem *ret_problem)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_boot_file *file = boot->driver->read(boot->owner, path, max, ret_problem);
    return file == NULL || seal_admits(attempt, file, path, ret_problem) ? file : NULL;
}

bool btl_attempt_permits(const struct btl_attempt *attempt, enum btl_seal_allow what)
{
    const struct btl_attempt_seal *sealed = &attempt->sealed;
    return !attempt->boot->trust.enforced || (sealed->fits && (sealed->seal.allow & what) != 0);
}

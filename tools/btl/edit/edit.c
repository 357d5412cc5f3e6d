// SPDX-License-Identifier: BSD-2-Clause
// An edited loader.conf is written when it has no errors that it did not have before: a file with
// errors is repaired one edit after another.
#include "edit.h"

#include <stdio.h>
#include <string.h>

#include <btl/diag_set.h>

#include "conf_edit.h"

// False: reported.
static bool edit_parse(struct edit *edit, int argc, char **argv)
{
    const char *trial = NULL;
    const struct command_option options[] = {
        {.word = "volume", .letter = 'C', .value = &edit->boot.root},
        {.word = "file", .letter = 'f', .value = &edit->file},
        {.word = "global", .letter = 'g', .flag = &edit->global},
        {.word = "dry-run", .letter = 'n', .flag = &edit->dry_run},
        {.word = "force", .flag = &edit->force},
        {.word = "trial", .value = &trial, .optional = EDIT_TRIES},
        {.word = "efivars", .value = &edit->efivars},
        SIGN_OPTIONS(&edit->signer),
        {0}};
    return parse_options(edit->host, argc, argv, options) &&
           (trial == NULL || edit_trial_option(edit, trial));
}

bool edit_begin(struct edit *edit, struct host *host, int argc, char **argv)
{
    *edit = (struct edit){.host = host, .boot = {.host = host}};
    return edit_parse(edit, argc, argv) && edit_trial_state(edit) && edit_open(edit);
}

bool edit_open(struct edit *edit)
{
    struct host *host = edit->host;
    struct btl_file_problem problem;
    struct btl_bytes bytes = {(const uint8_t *)"", 0};
    boot_argument(&edit->boot, edit->file);
    if (!edit->dry_run)
        edit_lock(edit);
    if (!boot_open(&edit->boot))
        return false;
    edit->existed =
        volume_read(&edit->boot.volume, edit->boot.path, BTL_CONFIG_MAX, &bytes, &problem);
    if (!edit->existed && problem.code != BTL_FILE_NOT_FOUND) { // a missing file is created
        btl_file_report(
            &host->diags,
            (struct btl_place){.file = volume_name(&edit->boot.volume, edit->boot.path)}, &problem);
        return false;
    }
    // A copy: the bytes of a mapped file change with the file.
    edit->old_text = edit->text =
        memory_text(host->arena, "%pS", &(struct btl_str){(const char *)bytes.at, bytes.size});
    return true;
}

struct btl_str edit_setting_key(const struct edit *edit, struct btl_str module, struct btl_str key)
{
    struct btl_str tunable = BTL_STR("tunable.");
    if (edit->global)
        return key;
    if (key.len > tunable.len && btl_str_begins(key, tunable)) {
        key = btl_str_after(key, tunable.len);
        return memory_text(edit->host->arena, "%pS.%pS", &module, &key);
    }
    return memory_text(edit->host->arena, "%pS_%pS", &module, &key);
}

bool edit_unset_module(struct edit *edit, struct btl_str module)
{
    struct btl_str *keys;
    size_t count = conf_module_keys(edit->host->arena, edit->text, module, &keys);
    for (size_t i = 0; i < count; i++)
        conf_unset(edit->host->arena, &edit->text, keys[i]);
    return count > 0;
}

// --------------------------------------------------------------------------------------- checking

// All diagnostics of `btl check` about a text, with these files on the volume.
static struct btl_diags edit_check(struct edit *edit, struct btl_str text,
                                   const struct boot_overlay *overlay)
{
    struct host host = *edit->host;
    struct boot boot = {
        .host = &host, .root = edit->boot.root, .path = edit->boot.path, .overlay = overlay};
    host.diags = (struct btl_diags){.arena = host.arena};
    if (!boot_open(&boot))
        return host.diags;
    boot_steps_with(&boot, volume_name(&boot.volume, boot.path), text);
    boot_close(&boot);
    return host.diags;
}

// Report a diagnostic that the edit adds, or with --force what --force overrides.
static void edit_report_added(struct edit *edit, const struct btl_diag *diag)
{
    struct host *host = edit->host;
    struct memory_buffer sentence;
    if (!edit->force) {
        btl_diag_add(&host->diags, diag->code, diag->place, diag->arg, BTL_DIAG_ARGS);
        return;
    }
    memory_buffer_begin(&sentence, host->arena, 256);
    btl_diag_sentence(&sentence.out, diag);
    btl_report(&host->diags, BTL_HOST_EDIT_FORCED, diag->place,
               BTL_ARG(memory_buffer_text(&sentence)), BTL_ARG_Z(btl_code_name(diag->code)));
}

// Report the errors and warnings that the edit adds. *ret_left: the number of old errors that stay.
static bool edit_compare(struct edit *edit, uint32_t *ret_left)
{
    struct btl_arena *arena = edit->host->arena;
    struct btl_diags before = edit_check(edit, edit->old_text, NULL),
                     after = edit_check(edit, edit->text, edit->overlay);
    struct btl_diag_set known;
    bool good = true;
    btl_diag_set_make(&known, &before, arena);
    memory_require(!known.no_memory);
    *ret_left = 0;
    for (const struct btl_diag *diag = after.first; diag != NULL; diag = diag->next)
        *ret_left +=
            btl_code_severity(diag->code) == BTL_ERROR && btl_diag_set_has(&known, diag, arena);
    for (const struct btl_diag *diag = btl_diag_added(&known, after.first, arena); diag != NULL;
         diag = btl_diag_added(&known, diag->next, arena)) {
        edit_report_added(edit, diag);
        good = edit->force;
    }
    return good;
}

// --------------------------------------------------------------------------------------- the end

int edit_finish(struct edit *edit, struct btl_str without_effect)
{
    struct host *host = edit->host;
    struct btl_place place = {.file = volume_name(&edit->boot.volume, edit->boot.path)};
    uint32_t left = 0;
    edit_trial_begin(edit);
    bool good = edit_compare(edit, &left);
    if (good && without_effect.len > 0)
        btl_report(&host->diags, BTL_HOST_EDIT_NO_EFFECT, place, BTL_ARG(without_effect));
    else if (!good)
        btl_report(&host->diags, edit->existed ? BTL_HOST_EDIT_REFUSED : BTL_HOST_EDIT_NOT_CREATED,
                   place);
    if (!good || without_effect.len > 0)
        return EXIT_ERRORS;
    if (left > 0 && edit->existed && !edit->force)
        btl_report(&host->diags, BTL_HOST_EDIT_LEFT, place,
                   BTL_ARG(memory_count(host->arena, left, "error")));
    if (edit->dry_run) {
        fwrite(edit->text.at, 1, edit->text.len, stdout);
        return EXIT_GOOD;
    }
    if (!edit_seal_begin(edit))
        return EXIT_ERRORS;
    if (edit->prepare != NULL && !edit->prepare(edit, edit->prepare_owner))
        return EXIT_ERRORS;
    bool written = true;
    if (btl_str_equal(edit->text, edit->old_text)) {
        written = edit_seal_new(edit);
        edit_print_change(edit, false);
        edit_trial_report(edit, false);
    } else
        written = edit_write(edit);
    boot_close(&edit->boot);
    return written ? EXIT_GOOD : EXIT_ERRORS;
}

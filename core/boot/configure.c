// SPDX-License-Identifier: BSD-2-Clause
// The step from the text of a configuration to settings.
#include "attempt_private.h"

#include <btl/bls.h>
#include <btl/mem.h>

// Return the text, or an empty one when the file cannot be read: the defaults may still boot.
static struct btl_str read_configuration(struct btl_attempt *attempt, struct btl_str name)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_str path = boot->choice.path;
    struct btl_place place = {.file = name};
    struct btl_file_problem problem;
    // Compared with its seal before it is parsed: attempt_open_seal().
    attempt->config_file = boot->driver->read(boot->owner, path, BTL_CONFIG_MAX, &problem);
    if (attempt->config_file != NULL)
        btl_boot_file_sha256(boot, attempt->config_file); // of its trial
    if (attempt->config_file != NULL)
        return (struct btl_str){(const char *)attempt->config_file->bytes.at,
                                attempt->config_file->bytes.size};
    if (problem.code == BTL_FILE_NOT_FOUND)
        btl_report(attempt->diags, BTL_BOOT_NO_CONFIG, place);
    else
        btl_file_report(attempt->diags, place, &problem);
    return BTL_STR("");
}

// Replace the text of a boot entry by that of a loader.conf. False: it cannot be used, or there is
// no file.
static bool translate_configuration(struct btl_attempt *attempt, struct btl_str name,
                                    struct btl_str *text)
{
    return attempt->config_file != NULL &&
           btl_bls_translate(attempt->boot->choice.path, name, *text, attempt->arena, text,
                             attempt->diags);
}

// Append the changes from the menu to the file's text. False: no memory.
static bool append_changes(struct btl_attempt *attempt, struct btl_str *text)
{
    static const char note[] = "\n# changed in the menu, for this boot\n";
    struct btl_str changes = attempt->boot->choice.changes;
    size_t note_len = sizeof(note) - 1;
    if (changes.len > 0 && !btl_attempt_permits(attempt, BTL_SEAL_ALLOW_MENU)) {
        btl_report(attempt->diags, BTL_SEAL_NO_CHANGES,
                   (struct btl_place){.file = attempt->sealed.name});
        attempt->boot->choice.changes = changes = BTL_STR("");
    }
    if (changes.len == 0)
        return true;
    char *both = btl_alloc(attempt->arena, text->len + note_len + changes.len, 1);
    if (both == NULL)
        return btl_attempt_no_memory(attempt, "changing the configuration");
    if (text->len > 0)
        memcpy(both, text->at, text->len);
    memcpy(both + text->len, note, note_len);
    memcpy(both + text->len + note_len, changes.at, changes.len);
    *text = (struct btl_str){both, text->len + note_len + changes.len};
    return true;
}

// `good`: the text was found, and translated where it is a boot entry.
static bool parse_configuration(struct btl_attempt *attempt, struct btl_str name,
                                struct btl_str text, bool good)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_choice *choice = &attempt->boot->choice;
    good = btl_config_parse(name, text, attempt->arena, &attempt->config, attempt->diags) && good;
    attempt->config_good = good;
    if (choice->safe && attempt->sealed.fits &&
        !btl_attempt_permits(attempt, BTL_SEAL_ALLOW_SAFE)) {
        btl_report(attempt->diags, BTL_SEAL_NO_SAFE,
                   (struct btl_place){.file = attempt->sealed.name});
        choice->safe = false;
    }
    if (choice->safe)
        btl_config_safe(&attempt->config);
    boot->driver->configured(boot->owner);
    if (choice->how == BTLM_HOW_FALLBACK)
        btl_report(attempt->diags, BTL_BOOT_FALLBACK, (struct btl_place){.file = name},
                   BTL_ARG(choice->wanted), BTL_ARG(choice->reason));
    btl_attempt_find_fallback(attempt);
    // Without a fallback, the valid lines and the defaults may still boot.
    return good || !attempt->fallback.valid || boot->attended;
}

// Parse the text of the configuration, with the changes from the menu.
static bool configure_text(struct btl_attempt *attempt, struct btl_str name, struct btl_str *text)
{
    bool good = translate_configuration(attempt, name, text);
    if (!append_changes(attempt, text))
        return false;
    good = parse_configuration(attempt, name, *text, good);
    return attempt_judge_seal(attempt) && good;
}

bool btl_attempt_configure(struct btl_attempt *attempt)
{
    uint32_t event = attempt_event_begin(attempt, BTLM_EVENT_CONFIG, BTL_NONE);
    struct btl_str name = attempt_name(attempt, attempt->boot->choice.path);
    struct btl_str text = read_configuration(attempt, name);
    bool good = attempt_open_seal(attempt);
    if (good) {
        good = configure_text(attempt, name, &text);
    } else { // refused, and the defaults do not boot in its place
        text = BTL_STR("");
        parse_configuration(attempt, name, text, false);
    }
    attempt_event_end(attempt, event, text.len);
    return good;
}

bool btl_attempt_configure_file(struct btl_attempt *attempt, struct btl_str name,
                                const struct btl_boot_file *file)
{
    struct btl_str text = {(const char *)file->bytes.at, file->bytes.size};
    attempt->config_file = file;
    btl_boot_file_sha256(attempt->boot, file);
    bool good = translate_configuration(attempt, name, &text);
    return parse_configuration(attempt, name, text, good);
}

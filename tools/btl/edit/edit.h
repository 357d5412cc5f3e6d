// SPDX-License-Identifier: BSD-2-Clause
// What btl set, unset, pin, add and remove share: read loader.conf, check the edited text, write
// it.
#ifndef BTL_HOST_EDIT_H
#define BTL_HOST_EDIT_H

#include <btl/boot_state.h>

#include "seal/sealing.h"
#include "seal/signing.h"

#define EDIT_PREVIOUS ".prev" // behind the name of the replaced file

struct edit {
    struct host *host;
    struct boot boot; // of the edited file; its volume stays open
    struct btl_str old_text, text;
    bool existed;           // the file that is edited
    const char *file;       // of the option --file, or NULL
    const char *efivars;    // of the option --efivars, or NULL
    struct btl_record good; // the machine's last good configuration, if it can be read
    uint32_t trial;         // of the option --trial, or 0
    bool global, force, dry_run;
    struct signer signer; // of the options; key is NULL: none
    bool sealed;          // the configuration has a seal; then:
    struct btl_seal seal; // the old one, and what it lists beside the files of the old text
    struct seal_also also;

    // Of btl add and btl remove.
    const struct boot_overlay *overlay; // files of the volume as the edited text will find them
    // Called after the check, before the file is written. False, reported: it is not. Or NULL.
    bool (*prepare)(struct edit *edit, void *owner);
    void *prepare_owner;
    const char *added_file;    // that btl add was given with KEY=VALUE, or NULL; then:
    struct btl_str added_name; // of its module
};

#define EDIT_GLOBAL_KEYS                                                                           \
    "KEY of the whole boot: kernel, kernel_sha256, kernel_type, initrd, kernel_options, "          \
    "module_path,\n"                                                                               \
    "  module_blacklist, autoboot_delay, title, menu, boot_tries, boot_timeout, watchdog,\n"       \
    "  early_size, aslr, verbose, quiet, manifest_save, required_failure, stage, hash, seal,\n"    \
    "  tpm, volume, module_register, file_NAME.\n"

#define EDIT_TRIES "3" // default of --trial
#define EDIT_SYNOPSIS                                                                              \
    "[-C DIR|IMAGE] [-f LOADER.CONF] [-n] [--force] [--trial[=N]]\n"                               \
    "               [--efivars DIR|FILE] [--key KEY --cert CERT [--tool TOOL]\n"                   \
    "               [--token-driver FILE]]"
// For the commands that take keys of the whole boot.
#define EDIT_GLOBAL_HELP                                                                           \
    "  -g, --global            keys of the whole boot, such as kernel_options\n" EDIT_GLOBAL_KEYS
#define EDIT_HELP                                                                                  \
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a disk image\n"       \
    "  -f, --file LOADER.CONF  its path on the volume; without -C its directory is the volume\n"   \
    "  -n, --dry-run           print the new loader.conf and write nothing\n"                      \
    "      --force             write it even if 'btl check' finds errors\n"                        \
    "      --trial[=N]         put the new text on trial: it is booted at most N times (default\n" \
    "                          " EDIT_TRIES ") until a boot-ok confirms it\n"                      \
    "      --efivars DIR|FILE  the UEFI variables of the machine (btl state --help), which tell\n" \
    "                          whether the replaced text is the last good one\n"                   \
    "A configuration that is sealed gets a new seal. Its signature:\n" SIGN_HELP

// Parse the options and read loader.conf. False: return EXIT_ERRORS.
bool edit_begin(struct edit *edit, struct host *host, int argc, char **argv);
// Read loader.conf with the options that are in *edit. False: reported.
bool edit_open(struct edit *edit);
// The key as loader.conf has it: "phase" of a module as hello_phase, "tunable.size" as hello.size;
// keys of the whole boot are the same.
struct btl_str edit_setting_key(const struct edit *edit, struct btl_str module, struct btl_str key);
// May the module's name stand before a key in loader.conf? Reports that it may not. The loader says
// what else is wrong with a name.
bool edit_is_module_name(struct edit *edit, struct btl_str module);
// Set one KEY=VALUE of the module (empty: of the whole boot) in edit->text. False: reported.
bool edit_set_argument(struct edit *edit, struct btl_str module, const char *argument);
// Return the first key of the arguments KEY=VALUE whose value the loader would not read back,
// because of something before the line; or an empty one.
struct btl_str edit_without_effect(struct edit *edit, struct btl_str module, char **arguments,
                                   int count);
// Remove all settings of a module from edit->text. False: there are none.
bool edit_unset_module(struct edit *edit, struct btl_str module);
// Check edit->text and write it, or reject it. `without_effect`: a key whose value the loader would
// not use, or empty; then the text is rejected. Return the exit status.
int edit_finish(struct edit *edit, struct btl_str without_effect);

// --------------------------------------------------------------------------- writing
// (edit_write.c)

// ----------------------------------------------------------------------------- words
// (edit_words.c)

// The command to type for a key as loader.conf has it, or for a word that is no key of `module`.
// `value`: NULL for a command that takes none.
struct btl_str edit_command_for(const struct edit *edit, struct btl_str module, struct btl_str key,
                                const char *value);
// Print what was changed. `kept`: the old file became .prev.
void edit_print_change(const struct edit *edit, bool kept);
// Is `word` a key of the module, as the arguments have it? Reports what to type if it is not.
// `value`: NULL for a command that takes none.
bool edit_is_key_of_module(const struct edit *edit, struct btl_str module, struct btl_str word,
                           const char *value);
// Report that the number of --trial was given as a word of its own. False: `word` is none.
bool edit_report_trial_number(const struct edit *edit, struct btl_str word);
// Does the file exist? Reports that it does not.
bool edit_requires_file(const struct edit *edit);
// Report that the file does not set the key `word` of the module (empty: nothing of the module),
// and what to type in place of it. False, for `return`.
bool edit_report_not_set(struct edit *edit, struct btl_str module, struct btl_str word);

// Keep other programs of this kind from editing the volume until this one ends.
void edit_lock(struct edit *edit);
// Replace the file by edit->text. False: reported, and the old text stands.
bool edit_write(struct edit *edit);

// ------------------------------------------------------------------------------- seals
// (edit_seal.c)

// Read the seal of the configuration. False, reported: it is signed and no key was given, or it
// cannot be read.
bool edit_seal_begin(struct edit *edit);
// Seal edit->text, or the old text as .prev, if the configuration has a seal. False: reported.
bool edit_seal_new(struct edit *edit);
bool edit_seal_previous(struct edit *edit);

// ------------------------------------------------------------------------- -- trials (trial.c)

// Parse the number of --trial. False: reported.
bool edit_trial_option(struct edit *edit, const char *number);
// Read the machine's state. Where its variables cannot be read, it is empty: no configuration is
// known to be good. False, reported: those of the option --efivars (NULL: not given) cannot be
// read.
bool edit_read_state(struct host *host, const char *efivars, struct btl_boot_state *ret_state);
// Read edit->good. False: reported.
bool edit_trial_state(struct edit *edit);
// Put edit->text on trial, if --trial was given.
void edit_trial_begin(struct edit *edit);
// Does the old text become .prev? Not when the old text was on trial and never good: then .prev
// stays, and the loader falls back to it.
bool edit_trial_keeps_old(struct edit *edit);
// Report what that means, after writing. `kept`: the result of edit_trial_keeps_old().
void edit_trial_report(struct edit *edit, bool kept);

#endif

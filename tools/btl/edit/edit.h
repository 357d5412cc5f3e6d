// SPDX-License-Identifier: BSD-2-Clause
// What btl set and btl unset share: read loader.conf, have the edited text checked, write it.
#ifndef BTL_HOST_EDIT_H
#define BTL_HOST_EDIT_H

#include <btl/boot_state.h>

#include "boot.h"

struct edit {
    struct host *host;
    struct boot boot; // what the user chose; its volume stays open
    struct btl_str old_text, text;
    bool existed;           // old_text is that of a file
    const char *file;       // of the option --file, or NULL
    const char *efivars;    // of the option --efivars, or NULL
    struct btl_record good; // the last good configuration of the machine, as far as it can be seen
    uint32_t trial;         // of the option --trial, or 0
    bool global, force, dry_run;
};

#define EDIT_SYNOPSIS "[-C DIR|IMAGE] [-f LOADER.CONF] [-n] [--force] [--trial[=N]]"
#define EDIT_HELP                                                                                  \
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a GPT disk image;\n"  \
    "                          an image is written by mtools\n"                                    \
    "  -f, --file LOADER.CONF  its path on the volume; without -C the directory it lies in is\n"   \
    "                          the volume\n"                                                       \
    "  -g, --global            keys for the whole boot, such as kernel_options\n"                  \
    "  -n, --dry-run           print the new loader.conf and write nothing\n"                      \
    "      --force             write it although 'btl check' would complain\n"                     \
    "      --trial[=N]         put the new text on trial: it is booted N times (default 3), and\n" \
    "                          no more unless the kernel says boot-ok\n"                           \
    "      --efivars DIR|FILE  where the UEFI variables of the machine are (btl state --help):\n"  \
    "                          is the text that is replaced the last good one?\n"

// Reads the options and loader.conf. False: return EXIT_ERRORS.
bool edit_begin(struct edit *edit, struct host *host, int argc, char **argv);
// "phase" of a module as hello_phase, "tunable.size" as hello.size; of the whole boot, as it is.
struct btl_str edit_key(const struct edit *edit, struct btl_str module, struct btl_str key);
// Checks edit->text and writes it. `without_effect`: a key that the loader would not take from it,
// or empty; then it is refused. Returns the exit status.
int edit_finish(struct edit *edit, struct btl_str without_effect);

// ------------------------------------------------------------------------- -- trials (trial.c)

// The number behind --trial=; NULL: the default. False: reported.
bool edit_trial_option(struct edit *edit, const char *number);
// Reads edit->good. False: reported.
bool edit_trial_state(struct edit *edit);
// Puts edit->text on trial, if that was asked for.
void edit_trial_begin(struct edit *edit);
// Is the old text to be kept as .prev? What lies there stays when the old text is no better: the
// loader falls back to it.
bool edit_trial_keeps_old(struct edit *edit);
// Says what that means; `kept`: the answer to the question before. After writing.
void edit_trial_report(struct edit *edit, bool kept);

#endif

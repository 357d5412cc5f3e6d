// SPDX-License-Identifier: BSD-2-Clause
// btl __complete WORD ...: the words that a shell offers for the last WORD of a command line. The
// completion files of bash, zsh and fish call it, and have no list of their own. Each line of the
// output is a word, perhaps with a tab and its description; COMPLETE_ASK asks the shell for names
// of files. No blank follows a word that ends with '=' or '.'.
#ifndef BTL_HOST_COMPLETE_H
#define BTL_HOST_COMPLETE_H

#include "host.h"

#define COMPLETE_COMMAND "__complete"
#define COMPLETE_ASK     ":files"

// What the arguments of a command are (commands.def).
enum complete_arguments {
    COMPLETE_NOTHING,
    COMPLETE_FILES,
    COMPLETE_NAME_KEYS,      // a module and its keys; with --global: keys of the whole boot
    COMPLETE_NAME_SETTINGS,  // the same, as KEY=VALUE
    COMPLETE_NAMES,          // modules
    COMPLETE_NAMES_KERNEL,   // modules, or "kernel"
    COMPLETE_FILES_SETTINGS, // files, then KEY=VALUE
    COMPLETE_FILES_SECTIONS, // files, then sections of a manifest
    COMPLETE_RECORDS,        // a file; with --forget: records of btl state
    COMPLETE_CODES,          // of messages
    COMPLETE_RELEASES,       // Linux kernels that are installed on this machine
};

// Print `text` if it begins with `word`. `description`: or NULL.
void complete_offer(const char *word, struct btl_str text, const char *description);
// Offer an option or an argument for the last of argv. The words before it are taken: `optind` is
// the first argument among them.
void complete_word(struct host *host, int argc, char **argv, const struct command_option *options);
// Offer a value of the option --NAME.
void complete_value(struct host *host, int argc, char **argv, const char *name);

// Of cmd_state.c: a word of --forget; NULL after the last one.
const char *state_record_word(size_t index);
// Of cmd_linux_sync.c: offer the Linux releases of this machine.
void linux_sync_offer_releases(struct host *host, const char *word);
// Of cmd_modinfo.c: offer the fields that `btl modinfo` prints about the file.
void modinfo_offer_fields(struct host *host, const char *path, const char *word);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// What btl set and btl unset share: read loader.conf, have the edited text checked, write it.
#ifndef BTL_HOST_EDIT_H
#define BTL_HOST_EDIT_H

#include "boot.h"

struct edit {
    struct host *host;
    struct boot boot;  // what the user chose; its volume stays open
    struct btl_str old_text, text;
    const char *file;  // of the option --file, or NULL
    bool global, force, dry_run;
};

#define EDIT_SYNOPSIS "[-C DIR|IMAGE] [-f LOADER.CONF] [-n] [--force]"
#define EDIT_HELP                                                                                  \
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a GPT disk image;\n"   \
    "                          an image is written by mtools\n"                                    \
    "  -f, --file LOADER.CONF  its path on the volume; without -C the directory it lies in is\n"    \
    "                          the volume\n"                                                       \
    "  -g, --global            keys for the whole boot, such as kernel_options\n"                   \
    "  -n, --dry-run           print the new loader.conf and write nothing\n"                       \
    "      --force             write it although 'btl check' would complain\n"

// Reads the options and loader.conf. False: return EXIT_ERRORS.
bool edit_begin(struct edit *edit, struct host *host, int argc, char **argv);
// "phase" of a module as hello_phase, "tunable.size" as hello.size; of the whole boot, as it is.
struct btl_str edit_key(const struct edit *edit, struct btl_str module, struct btl_str key);
// Checks edit->text and writes it. `without_effect`: a key that the loader would not take from it, or
// empty; then it is refused. Returns the exit status.
int edit_finish(struct edit *edit, struct btl_str without_effect);

#endif

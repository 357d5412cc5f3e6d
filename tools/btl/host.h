// SPDX-License-Identifier: BSD-2-Clause
// What every command of btl gets, and how it is listed.
#ifndef BTL_HOST_H
#define BTL_HOST_H

#include <getopt.h>

#include <btl/diag.h>

#include "memory.h"

// Exit statuses, of every command.
enum {
    EXIT_GOOD = 0,
    EXIT_WARNINGS = 1, // check -W: there are warnings; a comparison: there are differences
    EXIT_ERRORS = 2    // what was asked for could not be done, or is not sound
};

struct host {
    struct memory memory;
    struct btl_arena *arena; // memory.arena
    struct btl_diags diags;  // in that arena; main() prints what report_all() has not yet printed
    const struct btl_diag *printed; // the last one
    const struct command *command;
};

// One command; it stands in cmd_NAME.c, and in commands.def.
struct command {
    const char *name;
    const char *synopsis; // what follows "btl NAME "
    const char *summary;  // one line, for btl --help
    const char *help;     // options, example; each line ends with \n
    // argv[0] is the command's name. Returns the exit status; with errors in host->diags it becomes
    // at least EXIT_ERRORS.
    int (*run)(struct host *host, int argc, char **argv);
};

#define COMMAND(name) extern const struct command cmd_##name;
#include "commands.def"
#undef COMMAND

// getopt_long() whose complaints are diagnostics (host-usage). -1: no more options; '?': reported,
// return EXIT_ERRORS. Set optind = 1 before the first call (main() has done so).
int next_option(struct host *host, int argc, char **argv, const char *letters,
                const struct option *words);
// Reports host-usage; returns EXIT_ERRORS.
int usage_error(struct host *host, const char *format, ...) BTL_PRINTF(2, 3);

#endif

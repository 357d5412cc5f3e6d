// SPDX-License-Identifier: BSD-2-Clause
// What every command of btl gets, and the list of the commands.
#ifndef BTL_HOST_H
#define BTL_HOST_H

#include <getopt.h>

#include <btl/diag.h>

#include "memory.h"

// Exit statuses of every command.
enum {
    EXIT_GOOD = 0,
    EXIT_WARNINGS = 1, // check -W: there are warnings; a comparison: there are differences
    EXIT_ERRORS = 2
};

struct host {
    struct memory memory;
    struct btl_arena *arena; // memory.arena
    struct btl_diags diags;  // in that arena; main() prints what report_all() has not yet printed
    const struct btl_diag *printed; // the last one
    const struct command *command;
    bool completes; // the command is run to complete its last word (complete.h)
};

// One command, defined in cmd_NAME.c and listed in commands.def.
struct command {
    const char *name;
    const char *synopsis; // what follows "btl NAME "
    const char *summary;  // one line, for btl --help
    const char *help;     // options, example; each line ends with \n
    // argv[0] is the command's name. Returns the exit status; with errors in host->diags it becomes
    // at least EXIT_ERRORS.
    int (*run)(struct host *host, int argc, char **argv);
};

#define COMMAND(name, arguments) extern const struct command cmd_##name;
#include "commands.def"
#undef COMMAND

// One option of a command: a flag, or a value.
struct command_option {
    const char *word;     // --word
    char letter;          // -l, or 0
    bool *flag;           // set when the option is given; or
    const char **value;   // its value; the last one counts
    const char *optional; // the value of the word without one; NULL: a value is required
};

// Parse all options; `options` ends with an empty element. `optind` becomes the index of the first
// other argument. False: reported (host-usage).
bool parse_options(struct host *host, int argc, char **argv, const struct command_option *options);
// Report host-usage; return EXIT_ERRORS.
int usage_error(struct host *host, const char *format, ...) BTL_PRINTF(2, 3);
// ` (did you mean "x"?)` with the name that is nearest to `word`, or "".
struct btl_str did_you_mean(struct host *host, struct btl_str word, const struct btl_str *names,
                            size_t count);

#endif

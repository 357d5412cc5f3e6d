// SPDX-License-Identifier: BSD-2-Clause
// btl: check, edit, link and inspect on the host. Its manual is docs/man/btl.1.
#include <stdio.h>
#include <string.h>

#include <btl/version.h>

#include "complete.h"
#include "host.h"
#include "report.h"

#define NAME_WIDTH 10 // of the names of commands, in the list

static const struct command *const commands[] = {
#define COMMAND(name, arguments) &cmd_##name,
#include "commands.def"
#undef COMMAND
};

static const char statuses[] = "Exit status: 0 success; 1 warnings (with -W) or differences; "
                               "2 errors.\n";

static void print_program_help(FILE *out)
{
    fputs("btl checks, edits, links and inspects what BTL loads, without booting it.\n\n"
          "Usage: btl COMMAND [option ...] [argument ...]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < BTL_COUNT(commands); i++)
        fprintf(out, "  %-*s  %s\n", NAME_WIDTH, commands[i]->name, commands[i]->summary);
    fputs("\nbtl COMMAND --help describes one command; btl --version prints the version.\n"
          "Example: btl check -C build/x86_64/btl.img\n",
          out);
    fputs(statuses, out);
}

static void print_command_help(const struct command *command)
{
    printf("Usage: btl %s %s\n%s.\n\n%s%s", command->name, command->synopsis, command->summary,
           command->help, statuses);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < BTL_COUNT(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

static int report_unknown_command(struct host *host, const char *name)
{
    struct btl_str names[BTL_COUNT(commands)];
    for (size_t i = 0; i < BTL_COUNT(commands); i++)
        names[i] = btl_str_of(commands[i]->name);
    struct btl_str hint = did_you_mean(host, btl_str_of(name), names, BTL_COUNT(names));
    return usage_error(host, "there is no command \"%s\"%pS", name, &hint);
}

// Print what completes the last word of a command line. Says nothing about errors in the line.
static int complete_line(struct host *host, int argc, char **argv)
{
    if (argc == 1) {
        for (size_t i = 0; i < BTL_COUNT(commands); i++)
            complete_offer(argv[0], btl_str_of(commands[i]->name), commands[i]->summary);
        complete_offer(argv[0], BTL_STR("--help"), NULL);
        complete_offer(argv[0], BTL_STR("--version"), NULL);
        return EXIT_GOOD;
    }
    host->command = argc > 1 ? find_command(argv[0]) : NULL;
    host->completes = true;
    if (host->command != NULL)
        host->command->run(host, argc, argv);
    host->diags = (struct btl_diags){.arena = host->arena};
    return EXIT_GOOD;
}

static int run_command(struct host *host, int argc, char **argv)
{
    if (strcmp(argv[0], COMPLETE_COMMAND) == 0)
        return complete_line(host, argc - 1, argv + 1);
    host->command = find_command(argv[0]);
    if (host->command == NULL)
        return report_unknown_command(host, argv[0]);
    if (wants_help(argc, argv)) {
        print_command_help(host->command);
        return EXIT_GOOD;
    }
    return host->command->run(host, argc, argv);
}

int main(int argc, char **argv)
{
    struct host host = {0};
    if (argc < 2) {
        print_program_help(stderr);
        return EXIT_ERRORS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_program_help(stdout);
        return EXIT_GOOD;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("btl " BTL_VERSION_TEXT);
        return EXIT_GOOD;
    }
    memory_begin(&host.memory);
    host.arena = &host.memory.arena;
    host.diags.arena = host.arena;
    int status = run_command(&host, argc - 1, argv + 1);
    report_all(&host);
    if (host.diags.errors > 0)
        status = EXIT_ERRORS;
    // Output that is lost, on a full disk for example, is an error.
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("btl: error: writing the output");
        status = EXIT_ERRORS;
    }
    memory_end(&host.memory);
    return status;
}

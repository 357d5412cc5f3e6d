// SPDX-License-Identifier: BSD-2-Clause
// btl: check, edit, link and inspect on the host. docs/man/btl.1 is its manual.
#include <stdio.h>
#include <string.h>

#include <btl/config.h>

#include "host.h"
#include "report.h"

#define NAME_MAX_SHOWN 10 // the longest name of a command, for the table

static const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "commands.def"
#undef COMMAND
};

static const char statuses[] = "Exit status: 0 all is well; 1 warnings (with -W) or differences; "
                               "2 errors.\n";

static void help(FILE *out)
{
    fputs("btl checks, edits, links and inspects what BTL loads, without booting it.\n\n"
          "Usage: btl COMMAND [option ...] [argument ...]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < BTL_COUNT(commands); i++)
        fprintf(out, "  %-*s  %s\n", NAME_MAX_SHOWN, commands[i]->name, commands[i]->summary);
    fputs("\nbtl COMMAND --help tells more about one of them; btl --version prints the version.\n"
          "Example: btl check -C build/x86_64/btl.img\n",
          out);
    fputs(statuses, out);
}

static void command_help(const struct command *command)
{
    printf("Usage: btl %s %s\n%s.\n\n%s%s", command->name, command->synopsis, command->summary,
           command->help, statuses);
}

static const struct command *find(const char *name)
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

static int unknown_command(struct host *host, const char *name)
{
    struct btl_str names[BTL_COUNT(commands)];
    for (size_t i = 0; i < BTL_COUNT(commands); i++)
        names[i] = btl_str_of(commands[i]->name);
    struct btl_str nearest = btl_nearest(btl_str_of(name), names, BTL_COUNT(names));
    if (nearest.len > 0)
        return usage_error(host, "there is no command \"%s\"; did you mean \"%pS\"?", name,
                           &nearest);
    return usage_error(host, "there is no command \"%s\"", name);
}

static int run(struct host *host, int argc, char **argv)
{
    host->command = find(argv[0]);
    if (host->command == NULL)
        return unknown_command(host, argv[0]);
    if (wants_help(argc, argv)) {
        command_help(host->command);
        return EXIT_GOOD;
    }
    return host->command->run(host, argc, argv);
}

int usage_error(struct host *host, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    btl_vformat_to(text, sizeof(text), format, args);
    va_end(args);
    struct btl_str said = memory_text(host->arena, "%s", text);
    struct btl_str where = host->command == NULL
                               ? BTL_STR("btl --help")
                               : memory_text(host->arena, "btl %s --help", host->command->name);
    btl_report(&host->diags, BTL_HOST_USAGE, ((struct btl_place){.file = BTL_STR("btl")}),
               BTL_ARG(said), BTL_ARG(where));
    return EXIT_ERRORS;
}

int next_option(struct host *host, int argc, char **argv, const char *letters,
                const struct option *words)
{
    opterr = 0;
    int at = optind, option = getopt_long(argc, argv, letters, words, NULL);
    if (option != '?')
        return option;
    const char *word = argv[at < argc ? at : argc - 1];
    if (optopt != 0 && strchr(letters, optopt) != NULL)
        usage_error(host, "the option -%c needs a value", optopt);
    else if (optopt != 0 && word[1] != '-')
        usage_error(host, "there is no option -%c", optopt);
    else
        usage_error(host, "the option %s is not known, or its value is missing or too many", word);
    return '?';
}

int main(int argc, char **argv)
{
    struct host host = {0};
    if (argc < 2) {
        help(stderr);
        return EXIT_ERRORS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help(stdout);
        return EXIT_GOOD;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("btl " BTL_VERSION_TEXT);
        return EXIT_GOOD;
    }
    memory_begin(&host.memory);
    host.arena = &host.memory.arena;
    host.diags.arena = host.arena;
    int status = run(&host, argc - 1, argv + 1);
    report_all(&host);
    if (host.diags.errors > 0)
        status = EXIT_ERRORS;
    // What was printed must have arrived: on a full disk, half an answer is an error.
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("btl: error: writing the answer");
        status = EXIT_ERRORS;
    }
    memory_end(&host.memory);
    return status;
}

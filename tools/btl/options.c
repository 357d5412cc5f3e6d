// SPDX-License-Identifier: BSD-2-Clause
// The options of a command, and errors in its arguments.
#include <stdio.h>
#include <string.h>

#include <btl/config.h>

#include "host.h"

#define OPTIONS_MAX 16
#define NO_LETTER   0x100 // + index: what getopt_long() returns for an option without a letter

int usage_error(struct host *host, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    btl_vformat_to(text, sizeof(text), format, args);
    va_end(args);
    struct btl_str problem = memory_text(host->arena, "%s", text);
    struct btl_str help = host->command == NULL
                              ? BTL_STR("btl --help")
                              : memory_text(host->arena, "btl %s --help", host->command->name);
    btl_report(&host->diags, BTL_HOST_USAGE, ((struct btl_place){.file = BTL_STR("btl")}),
               BTL_ARG(problem), BTL_ARG(help));
    return EXIT_ERRORS;
}

struct btl_str did_you_mean(struct host *host, struct btl_str word, const struct btl_str *names,
                            size_t count)
{
    struct btl_str nearest = btl_nearest(word, names, count);
    return nearest.len == 0 ? BTL_STR("")
                            : memory_text(host->arena, " (did you mean \"%pS\"?)", &nearest);
}

// getopt_long() that reports errors. -1: no more options; '?': reported.
static int next_option(struct host *host, int argc, char **argv, const char *letters,
                       const struct option *words)
{
    opterr = 0;
    int index = optind, option = getopt_long(argc, argv, letters, words, NULL);
    if (option != '?')
        return option;
    const char *word = argv[index < argc ? index : argc - 1];
    if (optopt != 0 && strchr(letters, optopt) != NULL)
        usage_error(host, "the option -%c needs a value", optopt);
    else if (optopt != 0 && word[1] != '-')
        usage_error(host, "there is no option -%c", optopt);
    else
        usage_error(host, "the option %s is unknown, lacks its value, or must not have one", word);
    return '?';
}

static int option_number(const struct command_option *options, size_t index)
{
    return options[index].letter != 0 ? options[index].letter : NO_LETTER + (int)index;
}

// The arguments of getopt_long().
static void option_tables(const struct command_option *options, char *letters, struct option *words)
{
    *letters = '\0';
    for (size_t i = 0; options[i].word != NULL; i++) {
        int argument = options[i].flag != NULL       ? no_argument
                       : options[i].optional == NULL ? required_argument
                                                     : optional_argument;
        words[i] = (struct option){options[i].word, argument, NULL, option_number(options, i)};
        if (options[i].letter != 0)
            letters += sprintf(letters, "%c%s", options[i].letter,
                               argument == required_argument ? ":" : "");
    }
}

bool parse_options(struct host *host, int argc, char **argv, const struct command_option *options)
{
    char letters[2 * OPTIONS_MAX + 2];
    struct option words[OPTIONS_MAX + 1] = {{0}};
    int number;
    option_tables(options, letters, words);
    while ((number = next_option(host, argc, argv, letters, words)) != -1) {
        if (number == '?')
            return false;
        size_t i = 0;
        while (option_number(options, i) != number)
            i++;
        if (options[i].flag != NULL)
            *options[i].flag = true;
        else
            *options[i].value = optarg != NULL ? optarg : options[i].optional;
    }
    return true;
}

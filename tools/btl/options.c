// SPDX-License-Identifier: BSD-2-Clause
// The options of a command, and errors in its arguments.
#include <stdio.h>
#include <string.h>

#include <btl/config.h>

#include "complete.h"
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

static int option_number(const struct command_option *options, size_t index)
{
    return options[index].letter != 0 ? options[index].letter : NO_LETTER + (int)index;
}

// Report a word that is no option, or is short for several ones.
static void report_unknown_word(struct host *host, const char *word,
                                const struct command_option *options)
{
    struct btl_str names[OPTIONS_MAX], given = {word, strcspn(word, "=")}, first = BTL_STR("");
    size_t count = 0;
    for (; options[count].word != NULL; count++) {
        names[count] = memory_text(host->arena, "--%s", options[count].word);
        bool matches = btl_str_begins(names[count], given);
        if (matches && first.len > 0) {
            usage_error(host, "%pS is short for both %pS and %pS; write the whole word", &given,
                        &first, &names[count]);
            return;
        }
        if (matches)
            first = names[count];
    }
    struct btl_str hint = did_you_mean(host, given, names, count);
    usage_error(host, "there is no option %pS%pS", &given, &hint);
}

// Report what getopt_long() rejects in argv.
static void report_option(struct host *host, char **argv, const struct command_option *options)
{
    const char *word = argv[optind - 1]; // a word is behind getopt_long() when it is rejected
    size_t i = 0;
    while (options[i].word != NULL && option_number(options, i) != optopt)
        i++;
    if (optopt == 0)
        report_unknown_word(host, word, options);
    else if (options[i].word == NULL)
        usage_error(host, "there is no option -%c", optopt);
    else if (options[i].flag != NULL)
        usage_error(host, "the option --%s takes no value", options[i].word);
    else if (strncmp(word, "--", 2) == 0)
        usage_error(host, "the option --%s needs a value", options[i].word);
    else
        usage_error(host, "the option -%c needs a value", optopt);
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

// Take options up to the first error. False: getopt_long() has stopped there.
static bool options_take(int argc, char **argv, const struct command_option *options)
{
    char letters[2 * OPTIONS_MAX + 2];
    struct option words[OPTIONS_MAX + 1] = {{0}};
    int number;
    option_tables(options, letters, words);
    opterr = 0;
    while ((number = getopt_long(argc, argv, letters, words, NULL)) != -1) {
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

// Complete the last word: the value of an option before it, an option, or an argument.
static void options_complete(struct host *host, int argc, char **argv,
                             const struct command_option *options)
{
    const struct command_option *option = options;
    if (options_take(argc - 1, argv, options)) {
        complete_word(host, argc, argv, options);
        return;
    }
    while (option->word != NULL && option_number(options, (size_t)(option - options)) != optopt)
        option++;
    if (option->word != NULL && option->flag == NULL && optind == argc - 1)
        complete_value(host, argc, argv, option->word);
}

bool parse_options(struct host *host, int argc, char **argv, const struct command_option *options)
{
    if (host->completes)
        options_complete(host, argc, argv, options);
    else if (options_take(argc, argv, options))
        return true;
    else
        report_option(host, argv, options);
    return false;
}

// SPDX-License-Identifier: BSD-2-Clause
// btl state: what boots have left for the next one, and what user space may say about it.
#include <string.h>

#include <btl/config.h>

#include "configurations.h"
#include "report.h"
#include "state_print.h"

struct wish {
    const char *efivars, *volume; // NULL: not given
    const char *ok, *next;        // paths, or NULL
    bool forget, json;
    char **words;
    int word_count;
};

static bool read_wish(struct host *host, int argc, char **argv, struct wish *wish)
{
    const struct command_option options[] = {
        {.word = "efivars", .value = &wish->efivars},
        {.word = "volume", .letter = 'C', .value = &wish->volume},
        {.word = "conf", .value = &wish->volume},
        {.word = "ok", .value = &wish->ok},
        {.word = "next", .value = &wish->next},
        {.word = "forget", .flag = &wish->forget},
        {.word = "json", .flag = &wish->json},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return false;
    wish->words = argv + optind;
    wish->word_count = argc - optind;
    if (wish->json + wish->forget + (wish->ok != NULL) + (wish->next != NULL) <= 1)
        return true;
    usage_error(host, "--ok, --next, --forget and --json exclude each other");
    return false;
}

// ---------------------------------------------------------------------------------------- showing

static int show(struct host *host, const struct wish *wish)
{
    struct btl_out out = out_to(stdout);
    struct variables variables;
    struct boot boot = {.host = host, .root = wish->volume};
    struct next_boot next;
    const char *source = wish->word_count == 1   ? wish->words[0]
                         : wish->efivars != NULL ? wish->efivars
                                                 : VARIABLES_DEFAULT;
    if (wish->word_count > 1 || (wish->word_count == 1 && wish->efivars != NULL))
        return usage_error(host, "one directory or file has the variables, and more were given");
    if (!variables_open(host, source, &variables) || (wish->volume != NULL && !boot_open(&boot)))
        return EXIT_ERRORS;
    if (wish->volume != NULL)
        next_boot(&boot, &variables, &next);
    (wish->json ? state_json : state_print)(&out, &variables, wish->volume == NULL ? NULL : &next);
    if (wish->volume != NULL)
        boot_close(&boot);
    variables_close(&variables);
    return EXIT_GOOD;
}

// --------------------------------------------------------------------------------------- changing

// The variables, to be changed: those that Linux shows.
static bool open_writable(struct host *host, const struct wish *wish, struct variables *ret)
{
    const char *source = wish->efivars != NULL ? wish->efivars : VARIABLES_DEFAULT;
    if (!variables_open(host, source, ret))
        return false;
    if (ret->directory >= 0)
        return true;
    usage_error(host,
                "%s is a file, whose variables are shown only; the machine itself, or a "
                "directory with --efivars, can be changed",
                source);
    return false;
}

// The configuration that `argument` names: it must be there. `ret` has its path as the loader sees
// it.
static bool find(struct host *host, const struct wish *wish, const char *argument,
                 const struct btl_boot_state *state, struct configuration *ret)
{
    struct boot boot = {.host = host, .root = wish->volume};
    struct btl_file_problem problem;
    boot.path = memory_text(host->arena, "%s%s", argument[0] == '/' ? "" : "/", argument);
    struct volume_file file;
    if (boot.root == NULL)
        configuration_split(host->arena, argument, &boot.root, &boot.path);
    if (wish->word_count > 0) {
        usage_error(host, "\"%s\" is too much; one configuration is named", wish->words[0]);
        return false;
    }
    if (!boot_open(&boot))
        return false;
    bool good = volume_file_open(&boot.volume, boot.path, BTL_CONFIG_MAX, &file, &problem);
    if (good)
        configuration_read(&boot, state, ret);
    else
        btl_file_report(&host->diags,
                        (struct btl_place){.file = volume_name(&boot.volume, boot.path)}, &problem);
    boot_close(&boot);
    return good;
}

static bool forgive(struct variables *variables, const uint8_t sha256[static 32])
{
    struct btl_record rest;
    if (!btl_record_forgive(&variables->state.record[BTL_VARIABLE_FAILED], sha256, &rest))
        return true;
    return rest.there ? variables_write(variables, BTL_VARIABLE_FAILED, &rest)
                      : variables_delete(variables, BTL_VARIABLE_FAILED);
}

// What boot-ok does in the kernel. BtlFailed goes second: where that fails, BtlGood counts.
static bool say_ok(struct variables *variables, const struct configuration *conf)
{
    const struct btl_record *trial = &variables->state.record[BTL_VARIABLE_TRIAL];
    struct btl_record good = {.there = true, .path = conf->path};
    memcpy(good.sha256, conf->sha256, sizeof(good.sha256));
    if (trial->there && btl_str_equal(trial->path, conf->path) &&
        !btl_record_names(trial, conf->sha256) && !btl_boot_trial_is_over(&variables->state))
        btl_report(&variables->host->diags, BTL_HOST_STATE_OTHER_TRIAL,
                   ((struct btl_place){.file = conf->path}));
    return variables_write(variables, BTL_VARIABLE_GOOD, &good) && forgive(variables, conf->sha256);
}

static int ok(struct host *host, const struct wish *wish)
{
    struct variables variables;
    struct configuration conf;
    if (!open_writable(host, wish, &variables))
        return EXIT_ERRORS;
    bool good = find(host, wish, wish->ok, &variables.state, &conf) && say_ok(&variables, &conf);
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int next(struct host *host, const struct wish *wish)
{
    struct variables variables;
    struct configuration conf;
    if (!open_writable(host, wish, &variables))
        return EXIT_ERRORS;
    bool good = find(host, wish, wish->next, &variables.state, &conf) &&
                variables_write(&variables, BTL_VARIABLE_NEXT,
                                &(struct btl_record){.there = true, .path = conf.path});
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

// The record that a word names, or BTL_VARIABLES.
static enum btl_variable variable_of(const char *word)
{
    static const char *const words[] = {
        [BTL_VARIABLE_TRIAL] = "trial",
        [BTL_VARIABLE_GOOD] = "good",
        [BTL_VARIABLE_FAILED] = "failed",
        [BTL_VARIABLE_NEXT] = "next",
    };
    enum btl_variable which = 0;
    while (which < BTL_VARIABLES && strcmp(word, words[which]) != 0 &&
           strcmp(word, btl_variable_name(which)) != 0)
        which++;
    return which;
}

static int forget(struct host *host, const struct wish *wish)
{
    struct variables variables;
    bool chosen[BTL_VARIABLES + 1] = {false}, good = true;
    for (int i = 0; i < wish->word_count; i++) {
        chosen[variable_of(wish->words[i])] = true;
        if (chosen[BTL_VARIABLES])
            return usage_error(host, "\"%s\" is none of trial, good, failed and next",
                               wish->words[i]);
    }
    if (!open_writable(host, wish, &variables))
        return EXIT_ERRORS;
    for (enum btl_variable which = 0; which < BTL_VARIABLES; which++) {
        if (wish->word_count == 0 || chosen[which])
            good = variables_delete(&variables, which) && good;
    }
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int state_command(struct host *host, int argc, char **argv)
{
    struct wish wish = {0};
    if (!read_wish(host, argc, argv, &wish))
        return EXIT_ERRORS;
    if (wish.ok != NULL)
        return ok(host, &wish);
    if (wish.next != NULL)
        return next(host, &wish);
    if (wish.forget)
        return forget(host, &wish);
    return show(host, &wish);
}

const struct command cmd_state = {
    .name = "state",
    .synopsis = "[--json] [-C DIR|IMAGE] [--efivars DIR | FILE]\n"
                "       btl state --ok|--next CONF [-C DIR|IMAGE] [--efivars DIR]\n"
                "       btl state --forget [--efivars DIR] [trial|good|failed|next ...]",
    .summary = "shows what the last boots left for the next one, and what that will be",
    .help =
        "  -C, --volume DIR|IMAGE  the boot volume: says which configuration would be booted now;\n"
        "      --conf DIR|IMAGE    the same\n"
        "      --efivars DIR       where Linux shows the UEFI variables; default:\n"
        "                          " VARIABLES_DEFAULT "\n"
        "      --json              for programs; btl(1) describes it\n"
        "      --ok CONF           this configuration has booted well: it is the last good one "
        "now\n"
        "      --next CONF         it is to be booted next, once\n"
        "      --forget            deletes what boots have left, or the records named\n"
        "FILE is that in which QEMU keeps the variables of a virtual machine (OVMF_VARS.fd). CONF "
        "is "
        "a path\non the volume; without -C the directory it lies in is the volume.\n\n"
        "Example: btl state -C btl.img OVMF_VARS.fd\n"
        "         btl state --ok /boot/efi/loader.conf\n",
    .run = state_command,
};

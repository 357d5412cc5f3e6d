// SPDX-License-Identifier: BSD-2-Clause
// btl state: show the records of earlier boots and the next boot; change the records.
#include <string.h>

#include <btl/config.h>
#include <btl/hash.h>

#include "complete.h"
#include "configurations.h"
#include "report.h"
#include "state_print.h"
#include "watchdog.h"

struct state_request {
    const char *efivars, *volume; // NULL: not given
    const char *ok, *next;        // paths, or NULL; ok: "" for what runs
    bool forget, json;
    char **words;
    int word_count;
};

static bool state_parse_options(struct host *host, int argc, char **argv,
                                struct state_request *request)
{
    const struct command_option options[] = {
        {.word = "efivars", .value = &request->efivars},
        {.word = "volume", .letter = 'C', .value = &request->volume},
        {.word = "conf", .value = &request->volume},
        {.word = "ok", .value = &request->ok, .optional = ""},
        {.word = "next", .value = &request->next},
        {.word = "forget", .flag = &request->forget},
        {.word = "json", .flag = &request->json},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return false;
    request->words = argv + optind;
    request->word_count = argc - optind;
    if (request->ok != NULL && request->ok[0] == '\0' && request->word_count > 0) {
        request->ok = *request->words++;
        request->word_count--;
    }
    if (request->json + request->forget + (request->ok != NULL) + (request->next != NULL) <= 1)
        return true;
    usage_error(host, "--ok, --next, --forget and --json exclude each other");
    return false;
}

// ---------------------------------------------------------------------------------------- showing

// Look at the seal of a configuration with all the files that it uses.
static void state_view_seal(struct host *host, const char *volume, struct btl_str path,
                            struct seal_view *ret_view)
{
    struct host quiet = *host;
    struct boot boot = {.host = &quiet, .root = volume, .path = path};
    quiet.diags = (struct btl_diags){.arena = host->arena};
    *ret_view = (struct seal_view){.found = SEAL_ABSENT};
    if (!boot_run(&boot))
        return;
    seal_view(&boot, ret_view);
    boot_close(&boot);
}

static int state_show(struct host *host, const struct state_request *request)
{
    struct btl_out out = out_to(stdout);
    struct variables variables;
    struct boot boot = {.host = host, .root = request->volume};
    struct next_boot next;
    struct seal_view seal;
    const char *source = request->word_count == 1   ? request->words[0]
                         : request->efivars != NULL ? request->efivars
                                                    : VARIABLES_DEFAULT;
    if (request->word_count > 1 || (request->word_count == 1 && request->efivars != NULL))
        return usage_error(host,
                           "more than one source of variables was given; name one directory or "
                           "file");
    if (!variables_open(host, source, &variables) || (request->volume != NULL && !boot_open(&boot)))
        return EXIT_ERRORS;
    if (request->volume != NULL) {
        next_boot(&boot, &variables, &next);
        boot_close(&boot);
        state_view_seal(host, request->volume, next.tried[next.count - 1].path, &seal);
    }
    (request->json ? state_json : state_print)(&out, &variables,
                                               request->volume == NULL ? NULL : &next,
                                               request->volume == NULL ? NULL : &seal);
    variables_close(&variables);
    return EXIT_GOOD;
}

// --------------------------------------------------------------------------------------- changing

// Open the variables for writing: those that Linux shows.
static bool state_open_writable(struct host *host, const struct state_request *request,
                                struct variables *ret)
{
    const char *source = request->efivars != NULL ? request->efivars : VARIABLES_DEFAULT;
    if (!variables_open(host, source, ret))
        return false;
    if (ret->directory >= 0)
        return true;
    usage_error(host,
                "%s is a file, and variables in a file can only be shown; change those of this "
                "machine, or of a directory with --efivars",
                source);
    return false;
}

// Read the configuration that `argument` names. False: reported. The path in *ret is the loader's.
static bool state_find_configuration(struct host *host, const struct state_request *request,
                                     const char *argument, const struct btl_boot_state *state,
                                     struct configuration *ret)
{
    struct boot boot = {.host = host, .root = request->volume};
    struct btl_file_problem problem;
    boot.path = memory_text(host->arena, "%s%s", argument[0] == '/' ? "" : "/", argument);
    struct volume_file file;
    if (boot.root == NULL)
        configuration_split(host->arena, argument, &boot.root, &boot.path);
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

static bool state_clear_failure(struct variables *variables, const uint8_t sha256[static 32])
{
    struct btl_record rest;
    if (!btl_record_remove(&variables->state.record[BTL_VARIABLE_FAILED], sha256, &rest))
        return true;
    return rest.valid ? variables_write(variables, BTL_VARIABLE_FAILED, &rest)
                      : variables_delete(variables, BTL_VARIABLE_FAILED);
}

// Do what boot-ok does in the kernel. BtlFailed goes second: if that fails, BtlGood decides.
static bool state_write_good(struct variables *variables, const struct configuration *conf)
{
    const struct btl_record *trial = &variables->state.record[BTL_VARIABLE_TRIAL];
    struct btl_record good = {.valid = true, .path = conf->path};
    memcpy(good.sha256, conf->sha256, sizeof(good.sha256));
    if (trial->valid && btl_str_equal(trial->path, conf->path) &&
        !btl_record_names(trial, conf->sha256) && !btl_boot_trial_is_over(&variables->state))
        btl_report(&variables->host->diags, BTL_HOST_STATE_OTHER_TRIAL,
                   ((struct btl_place){.file = conf->path}));
    return variables_write(variables, BTL_VARIABLE_GOOD, &good) &&
           state_clear_failure(variables, conf->sha256);
}

// May the running boot be confirmed as `conf`? False: reported. Otherwise a fallback would bless
// the configuration that was given up.
static bool state_judge_running(struct host *host, const struct btl_running *running,
                                const struct configuration *conf)
{
    struct btl_place place = {.file = running->path};
    bool safe = (running->flags & BTLM_BOOT_SAFE) != 0;
    char runs[BTL_SHA256_TEXT], given[BTL_SHA256_TEXT];
    if (!btl_running_may_be_confirmed(running)) {
        btl_report(&host->diags, BTL_HOST_RUNNING_CHANGED, place,
                   BTL_ARG_Z(safe ? "as a safe boot" : "with changes of the menu"));
        return false;
    }
    if (memcmp(running->sha256, conf->sha256, sizeof(conf->sha256)) == 0)
        return true;
    btl_report(&host->diags, BTL_HOST_RUNNING_OTHER, ((struct btl_place){.file = conf->path}),
               BTL_ARG(memory_text(host->arena, "%.16s", btl_sha256_text(conf->sha256, given))),
               BTL_ARG(running->path),
               BTL_ARG(memory_text(host->arena, "%.16s", btl_sha256_text(running->sha256, runs))));
    return false;
}

// Find the configuration to confirm: what runs, or the one that was named. `running`: NULL if that
// is unknown. False: reported.
static bool state_find_ok(struct host *host, const struct state_request *request,
                          const struct variables *variables, const struct btl_running *running,
                          struct configuration *ret)
{
    bool named = request->ok[0] != '\0';
    if (running == NULL && !named) {
        btl_report(&host->diags, BTL_HOST_NOT_RUNNING,
                   ((struct btl_place){.file = btl_str_of(variables->source)}));
        return false;
    }
    if (named && !state_find_configuration(host, request, request->ok, &variables->state, ret))
        return false;
    if (!named) {
        *ret = (struct configuration){.path = running->path};
        memcpy(ret->sha256, running->sha256, sizeof(ret->sha256));
    }
    return running == NULL || state_judge_running(host, running, ret);
}

static int state_set_ok(struct host *host, const struct state_request *request)
{
    struct variables variables;
    struct btl_running record, *running = &record;
    struct configuration conf;
    if (!state_open_writable(host, request, &variables))
        return EXIT_ERRORS;
    if (!variables_running(&variables, running))
        running = NULL;
    // The boot is complete, whether its configuration can be confirmed or not.
    if (running != NULL && request->efivars == NULL)
        watchdog_release(host);
    bool good = state_find_ok(host, request, &variables, running, &conf) &&
                state_write_good(&variables, &conf);
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int state_set_next(struct host *host, const struct state_request *request)
{
    struct variables variables;
    struct configuration conf;
    if (!state_open_writable(host, request, &variables))
        return EXIT_ERRORS;
    bool good = state_find_configuration(host, request, request->next, &variables.state, &conf) &&
                variables_write(&variables, BTL_VARIABLE_NEXT,
                                &(struct btl_record){.valid = true, .path = conf.path});
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

// What --forget can delete: the records, and behind them the kernel's record of a boot.
#define STATE_RUN   BTL_VARIABLES
#define STATE_WORDS (BTL_VARIABLES + 1)

static const char *const state_words[STATE_WORDS] = {
    [BTL_VARIABLE_TRIAL] = "trial",     [BTL_VARIABLE_GOOD] = "good",
    [BTL_VARIABLE_FAILED] = "failed",   [BTL_VARIABLE_NEXT] = "next",
    [BTL_VARIABLE_PENDING] = "pending", [STATE_RUN] = "run",
};

const char *state_record_word(size_t index)
{
    return index < STATE_WORDS ? state_words[index] : NULL;
}

// Return what a word names, or STATE_WORDS.
static size_t state_variable_named(const char *word)
{
    size_t which = 0;
    while (which < STATE_WORDS && strcmp(word, state_words[which]) != 0 &&
           strcmp(word, which == STATE_RUN ? BTL_RUN_VARIABLE : btl_variable_name(which)) != 0)
        which++;
    return which;
}

static int state_forget(struct host *host, const struct state_request *request)
{
    struct variables variables;
    bool chosen[STATE_WORDS + 1] = {false}, good = true;
    for (int i = 0; i < request->word_count; i++) {
        chosen[state_variable_named(request->words[i])] = true;
        if (chosen[STATE_WORDS])
            return usage_error(
                host, "\"%s\" is not a record; name trial, good, failed, next, pending or run",
                request->words[i]);
    }
    if (!state_open_writable(host, request, &variables))
        return EXIT_ERRORS;
    for (size_t which = 0; which < STATE_WORDS; which++) {
        if (request->word_count == 0 || chosen[which])
            good = (which == STATE_RUN ? variables_delete_run(&variables)
                                       : variables_delete(&variables, which)) &&
                   good;
    }
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int state_command(struct host *host, int argc, char **argv)
{
    struct state_request request = {0};
    if (!state_parse_options(host, argc, argv, &request))
        return EXIT_ERRORS;
    if ((request.ok != NULL || request.next != NULL) && request.word_count > 0)
        return usage_error(host,
                           "\"%s\" is one argument too many; name one configuration, and the "
                           "directory of the variables with --efivars",
                           request.words[0]);
    if (request.ok != NULL)
        return state_set_ok(host, &request);
    if (request.next != NULL)
        return state_set_next(host, &request);
    if (request.forget)
        return state_forget(host, &request);
    return state_show(host, &request);
}

const struct command cmd_state = {
    .name = "state",
    .synopsis =
        "[--json] [-C DIR|IMAGE] [FILE | --efivars DIR]\n"
        "       btl state --ok [CONF] [-C DIR|IMAGE] [--efivars DIR]\n"
        "       btl state --next CONF [-C DIR|IMAGE] [--efivars DIR]\n"
        "       btl state --forget [--efivars DIR] [trial|good|failed|next|pending|run ...]",
    .summary = "shows the records of earlier boots, and which configuration is next",
    .help =
        "  -C, --volume DIR|IMAGE  the boot volume: show which configuration would be booted now\n"
        "      --conf DIR|IMAGE    the same\n"
        "      --efivars DIR       where Linux shows the UEFI variables; default:\n"
        "                          " VARIABLES_DEFAULT "\n"
        "      --json              for programs; btl(1) describes it\n"
        "      --ok [CONF]         record what runs, or this configuration, as the last good one\n"
        "      --next CONF         boot this configuration next, once\n"
        "      --forget            delete all records, or those named; pending is BtlPending,\n"
        "                          run is BtlRun, the kernel's record of a boot\n"
        "FILE holds the variables of a virtual machine in QEMU (OVMF_VARS.fd). CONF is a path\n"
        "on the volume; without -C its directory is the volume.\n\n"
        "Example: btl state -C btl.img OVMF_VARS.fd\n"
        "         btl state --ok\n",
    .run = state_command,
};

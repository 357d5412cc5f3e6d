// SPDX-License-Identifier: BSD-2-Clause
#include "complete.h"

#include <string.h>
#include <sys/stat.h>

#include <btl/manifest.h>
#include <btl/messages.h>
#include <btl/modinfo.h>

#include "boot.h"
#include "edit/conf_edit.h"
#include "edit/module_file.h"
#include "files.h"
#include "report.h"

#define TUNABLE "tunable."

struct completion {
    struct host *host;
    const char *word;   // that is completed
    const char *prefix; // of each offered word
    const char *suffix;
    const struct command_option *options;
    char **arguments; // before the word, without the options
    int count;
    struct boot boot; // the volume, open, where it is needed; then:
    struct btl_config config;
};

static const struct {
    const struct command *command;
    enum complete_arguments arguments;
} commands[] = {
#define COMMAND(name, arguments) {&cmd_##name, COMPLETE_##arguments},
#include "commands.def"
#undef COMMAND
};

void complete_offer(const char *word, struct btl_str text, const char *description)
{
    struct btl_out out = out_to(stdout);
    if (!btl_str_begins(text, btl_str_of(word)))
        return;
    btl_format(&out, "%pS", &text);
    if (description != NULL)
        btl_format(&out, "\t%s", description);
    btl_format(&out, "\n");
}

static void offer(const struct completion *completion, struct btl_str text)
{
    text = memory_text(completion->host->arena, "%s%pS%s", completion->prefix, &text,
                       completion->suffix);
    complete_offer(completion->word, report_safe(completion->host->arena, text), NULL);
}

static void offer_files(void)
{
    puts(COMPLETE_ASK);
}

// ------------------------------------------------------------------------------------ the options

static const struct command_option *option_named(const struct command_option *options,
                                                 const char *name)
{
    while (options->word != NULL && strcmp(options->word, name) != 0)
        options++;
    return options->word != NULL ? options : NULL;
}

static bool option_is_given(const struct completion *completion, const char *name)
{
    const struct command_option *option = option_named(completion->options, name);
    return option != NULL && option->flag != NULL && *option->flag;
}

static const char *option_value(const struct completion *completion, const char *name)
{
    const struct command_option *option = option_named(completion->options, name);
    return option != NULL && option->value != NULL ? *option->value : NULL;
}

static enum complete_arguments arguments_of(const struct command *command)
{
    size_t i = 0;
    while (commands[i].command != command)
        i++;
    return commands[i].arguments;
}

// The commands that edit loader.conf share a table of options. Those without keys reject --global.
static bool option_is_taken(const struct command *command, const struct command_option *option)
{
    enum complete_arguments arguments = arguments_of(command);
    return arguments == COMPLETE_NAME_KEYS || arguments == COMPLETE_NAME_SETTINGS ||
           strcmp(option->word, "global") != 0;
}

static void offer_options(const struct completion *completion)
{
    struct btl_arena *arena = completion->host->arena;
    for (const struct command_option *option = completion->options; option->word != NULL;
         option++) {
        if (!option_is_taken(completion->host->command, option))
            continue;
        offer(completion, memory_text(arena, "--%s", option->word));
        if (option->letter != 0)
            offer(completion, memory_text(arena, "-%c", option->letter));
    }
    offer(completion, BTL_STR("--help"));
}

static void offer_machines(const struct completion *completion)
{
    for (size_t i = 0; i < BTL_MACHINES; i++)
        offer(completion, btl_str_of(btl_machines[i].name));
}

static bool is_regular_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// The fields of the files on the line.
static void offer_fields(const struct completion *completion)
{
    for (int i = 0; i < completion->count; i++) {
        if (is_regular_file(completion->arguments[i]))
            modinfo_offer_fields(completion->host, completion->arguments[i], completion->word);
    }
}

static void offer_sign_tools(const struct completion *completion)
{
    offer(completion, BTL_STR("sbsign"));
    offer(completion, BTL_STR("osslsigncode"));
    offer(completion, BTL_STR("pesign"));
}

static void offer_hows(const struct completion *completion)
{
    for (enum btlm_boot_how how = BTLM_HOW_NORMAL; how <= BTLM_HOW_FALLBACK; how++)
        offer(completion, btl_str_of(btlm_how_name(how)));
}

static void offer_nothing(const struct completion *completion)
{
}

// Options whose values are no files.
static const struct {
    const char *name;
    void (*offer)(const struct completion *completion);
} values[] = {
    {"machine", offer_machines}, {"field", offer_fields},       {"memory", offer_nothing},
    {"base", offer_nothing},     {"jobs", offer_nothing},       {"at", offer_nothing},
    {"trial", offer_nothing},    {"block-size", offer_nothing}, {"options", offer_nothing},
    {"level", offer_nothing},    {"revoke", offer_nothing},     {"allow", offer_nothing},
    {"tool", offer_sign_tools},  {"how", offer_hows},           {"pcr", offer_nothing},
};

static void offer_values(const struct completion *completion, struct btl_str name)
{
    size_t i = 0;
    while (i < BTL_COUNT(values) && !btl_str_equal(name, btl_str_of(values[i].name)))
        i++;
    if (i < BTL_COUNT(values))
        values[i].offer(completion);
    else
        offer_files();
}

void complete_value(struct host *host, int argc, char **argv, const char *name)
{
    struct completion completion = {.host = host,
                                    .word = argv[argc - 1],
                                    .prefix = "",
                                    .suffix = "",
                                    .arguments = argv + 1,
                                    .count = argc - 2};
    offer_values(&completion, btl_str_of(name));
}

// --------------------------------------------------------------------------------- modules, keys

// Open the volume of the line and read its configuration. False: there is no volume.
static bool complete_open_volume(struct completion *completion)
{
    struct boot *boot = &completion->boot;
    struct btl_file_problem problem;
    struct btl_bytes bytes = {0};
    *boot = (struct boot){.host = completion->host, .root = option_value(completion, "volume")};
    boot_argument(boot, option_value(completion, "file"));
    if (!boot_open(boot))
        return false;
    if (!volume_read(&boot->volume, boot->path, BTL_CONFIG_MAX, &bytes, &problem))
        bytes = (struct btl_bytes){(const uint8_t *)"", 0};
    completion->config =
        conf_parse(completion->host->arena, (struct btl_str){(const char *)bytes.at, bytes.size});
    return true;
}

// NAME of NAME.ko and of NAME-XXXXXXXX.ko; empty: not a module's file.
static struct btl_str name_of_file(struct btl_str file)
{
    if (!btl_str_ends(file, BTL_STR(MODULE_SUFFIX)))
        return btl_str_first(file, 0);
    size_t end = strlen(MODULE_SUFFIX) + (module_file_is_named(file) ? MODULE_FILE_HASH : 0);
    return btl_str_without_last(file, end);
}

// The modules that the configuration mentions, and those with a file. A shell shows a repeated word
// once.
static void offer_modules(struct completion *completion)
{
    struct btl_str rest, directory, *files;
    if (!complete_open_volume(completion))
        return;
    for (size_t i = 0; i < completion->config.module_count; i++)
        offer(completion, completion->config.modules[i].name);
    rest = completion->config.module_path;
    while (btl_take_part(&rest, ';', &directory)) {
        size_t count = volume_names(&completion->boot.volume, directory, &files);
        for (size_t i = 0; i < count; i++) {
            struct btl_str name = name_of_file(files[i]);
            if (btl_is_module_name(name))
                offer(completion, name);
        }
    }
    boot_close(&completion->boot);
}

static void offer_tunable(struct completion *completion, struct btl_str name, bool *any)
{
    offer(completion, memory_text(completion->host->arena, TUNABLE "%pS", &name));
    *any = true;
}

static void offer_tunables_of_file(struct completion *completion, struct btl_bytes bytes, bool *any)
{
    struct host *host = completion->host;
    struct btl_modinfo info;
    struct btl_elf elf;
    if (!btl_elf_open(bytes, BTL_ELF_MODULE, 0, (struct btl_place){0}, &elf, &host->diags) ||
        !btl_modinfo_read(&elf, host->arena, &info, &host->diags))
        return;
    for (size_t i = 0; i < info.parm_count; i++)
        offer_tunable(completion, info.parms[i].name, any);
}

// The tunables that the configuration sets, and those that the file of the module declares.
static void offer_tunables_of_module(struct completion *completion, struct btl_str module,
                                     bool *any)
{
    struct btl_str *paths;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (!complete_open_volume(completion))
        return;
    const struct btl_config *config = &completion->config;
    for (size_t i = 0; i < config->module_count; i++) {
        for (size_t k = 0;
             btl_str_equal(config->modules[i].name, module) && k < config->modules[i].tunable_count;
             k++)
            offer_tunable(completion, config->modules[i].tunables[k].name, any);
    }
    if (module_files(&completion->boot.volume, config, module, &paths) > 0 &&
        volume_read(&completion->boot.volume, paths[0], BTL_ELF_FILE_MAX, &bytes, &problem))
        offer_tunables_of_file(completion, bytes, any);
    boot_close(&completion->boot);
}

static void offer_tunables(struct completion *completion, bool in_file, const char *argument)
{
    struct btl_bytes bytes;
    bool any = false;
    if (!in_file)
        offer_tunables_of_module(completion, btl_str_of(argument), &any);
    else if (is_regular_file(argument) && files_read(completion->host, argument, &bytes))
        offer_tunables_of_file(completion, bytes, &any);
    completion->suffix = "";
    if (!any)
        offer(completion, BTL_STR(TUNABLE));
}

static void offer_key_names(const struct completion *completion, bool of_module)
{
    struct btl_str key;
    for (size_t i = 0; (key = btl_config_key_name(of_module, i)).at != NULL; i++)
        offer(completion, key);
}

// The words that the value of KEY= can be.
static void offer_value_words(struct completion *completion, struct btl_str key, bool global)
{
    struct btl_arena *arena = completion->host->arena;
    struct btl_str whole = global ? key : memory_text(arena, "x_%pS", &key), word;
    completion->prefix = memory_text(arena, "%pS=", &key).at;
    for (size_t i = 0; (word = btl_config_value_word(whole, i)).at != NULL; i++)
        offer(completion, word);
}

// Keys, or with `setting` KEY=VALUE. `argument`: the module, or a file of it; NULL: of the whole
// boot.
static void offer_keys(struct completion *completion, bool setting, const char *argument,
                       bool in_file)
{
    struct btl_str key, value;
    if (setting && btl_str_split(btl_str_of(completion->word), '=', &key, &value)) {
        offer_value_words(completion, key, argument == NULL);
        return;
    }
    completion->suffix = setting ? "=" : "";
    offer_key_names(completion, argument != NULL);
    if (argument != NULL)
        offer_tunables(completion, in_file, argument);
}

// ---------------------------------------------------------------------------------- the arguments

static void offer_name_or_keys(struct completion *completion, bool setting)
{
    if (option_is_given(completion, "global"))
        offer_keys(completion, setting, NULL, false);
    else if (completion->count == 0)
        offer_modules(completion);
    else
        offer_keys(completion, setting, completion->arguments[0], false);
}

static void offer_files_or_settings(struct completion *completion)
{
    if (strchr(completion->word, '=') == NULL)
        offer_files();
    if (completion->count > 0)
        offer_keys(completion, true, completion->arguments[0], true);
}

static void offer_files_or_sections(const struct completion *completion)
{
    offer_files();
    for (int kind = BTLM_STRINGS + 1; completion->count > 0 && kind < BTLM_KINDS; kind++)
        offer(completion, btl_str_of(btl_manifest_section_name((enum btlm_kind)kind)));
}

static void offer_records(const struct completion *completion)
{
    const char *word;
    if (!option_is_given(completion, "forget"))
        offer_files();
    for (size_t i = 0;
         option_is_given(completion, "forget") && (word = state_record_word(i)) != NULL; i++)
        offer(completion, btl_str_of(word));
}

static void offer_codes(const struct completion *completion)
{
    for (uint32_t i = 0; i < btl_messages.count; i++)
        offer(completion, btl_str_of(btl_messages.list[i].code));
}

static void offer_arguments(struct completion *completion)
{
    switch (arguments_of(completion->host->command)) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_FILES:
        offer_files();
        break;
    case COMPLETE_NAME_KEYS:
        offer_name_or_keys(completion, false);
        break;
    case COMPLETE_NAME_SETTINGS:
        offer_name_or_keys(completion, true);
        break;
    case COMPLETE_NAMES_KERNEL:
        offer(completion, BTL_STR("kernel"));
        offer_modules(completion);
        break;
    case COMPLETE_NAMES:
        offer_modules(completion);
        break;
    case COMPLETE_FILES_SETTINGS:
        offer_files_or_settings(completion);
        break;
    case COMPLETE_FILES_SECTIONS:
        offer_files_or_sections(completion);
        break;
    case COMPLETE_RECORDS:
        offer_records(completion);
        break;
    case COMPLETE_CODES:
        offer_codes(completion);
        break;
    case COMPLETE_RELEASES:
        linux_sync_offer_releases(completion->host, completion->word);
        break;
    }
}

void complete_word(struct host *host, int argc, char **argv, const struct command_option *options)
{
    struct completion completion = {.host = host,
                                    .word = argv[argc - 1],
                                    .prefix = "",
                                    .suffix = "",
                                    .options = options,
                                    .arguments = argv + optind,
                                    .count = argc - 1 - optind};
    struct btl_str name, value;
    if (completion.word[0] != '-') {
        offer_arguments(&completion);
    } else if (!btl_str_split(btl_str_of(completion.word), '=', &name, &value)) {
        offer_options(&completion);
    } else if (btl_str_begins(name, BTL_STR("--"))) {
        completion.prefix = memory_text(host->arena, "%pS=", &name).at;
        offer_values(&completion, btl_str_after(name, 2));
    }
}

// SPDX-License-Identifier: BSD-2-Clause
// btl linux-sync: copy a Linux kernel of this machine to the boot volume and put it on trial. Each
// file gets a new name if its content is new, and is complete before the text names it, so that the
// configurations of before boot as before.
#include <string.h>

#include <btl/hash.h>
#include <btl/pending.h>

#include "complete.h"
#include "edit/conf_edit.h"
#include "edit/edit.h"
#include "edit/uses.h"
#include "files.h"
#include "install/esp.h"
#include "install/loader_file.h"
#include "linux/collect.h"
#include "linux/release.h"
#include "report.h"

struct sync {
    struct edit edit; // of loader.conf
    struct release release;
    const char *esp, *options; // of the command line, or NULL
    bool hook, removed, no_trial;
    char **modules; // of the command line, to be switched on
    int module_count;
    struct volume volume; // to which the files go
    uint64_t bytes;       // that are not there yet
};

static bool sync_parse(struct sync *sync, int argc, char **argv)
{
    struct host *host = sync->edit.host;
    const char *trial = NULL;
    const struct command_option options[] = {
        {.word = "esp", .value = &sync->esp},
        {.word = "file", .letter = 'f', .value = &sync->edit.file},
        {.word = "root", .value = &sync->release.root},
        {.word = "kernel", .value = &sync->release.kernel},
        {.word = "initrd", .value = &sync->release.initrd},
        {.word = "no-initrd", .flag = &sync->release.no_initrd},
        {.word = "options", .value = &sync->options},
        {.word = "trial", .value = &trial, .optional = EDIT_TRIES},
        {.word = "no-trial", .flag = &sync->no_trial},
        {.word = "hook", .flag = &sync->hook},
        {.word = "removed", .flag = &sync->removed},
        {.word = "force", .flag = &sync->edit.force},
        {.word = "dry-run", .letter = 'n', .flag = &sync->edit.dry_run},
        {.word = "efivars", .value = &sync->edit.efivars},
        {0}};
    if (!parse_options(host, argc, argv, options) ||
        !edit_trial_option(&sync->edit, trial != NULL ? trial : EDIT_TRIES))
        return false;
    sync->modules = argv + optind + 1;
    sync->module_count = argc - optind - 1;
    if (optind >= argc)
        usage_error(host, "name a release, as in btl linux-sync \"$(uname -r)\"");
    else if (!release_is_name(argv[optind]))
        usage_error(host, "\"%s\" is not the name of a Linux release", argv[optind]);
    else
        sync->release.name = argv[optind];
    if (sync->no_trial)
        sync->edit.trial = 0;
    return sync->release.name != NULL;
}

// ---------------------------------------------------------------------------------- the new text

static void sync_set(struct sync *sync, const char *key, struct btl_str value)
{
    sync->edit.text =
        conf_set(sync->edit.host->arena, sync->edit.text, BTL_STR(""), btl_str_of(key), value);
}

static void sync_set_or_unset(struct sync *sync, const char *key, struct btl_str value)
{
    if (value.len > 0)
        sync_set(sync, key, value);
    else
        conf_unset(sync->edit.host->arena, &sync->edit.text, btl_str_of(key));
}

// A pin of the old file is one of the new file.
static void sync_set_pin(struct sync *sync, const struct btl_config *config, struct btl_str key,
                         const struct release_file *file)
{
    char digits[BTL_SHA256_TEXT];
    struct btl_str value;
    if (btl_config_value(config, key, &value))
        sync->edit.text = conf_set(sync->edit.host->arena, sync->edit.text, BTL_STR(""), key,
                                   btl_str_of(btl_sha256_text(file->sha256, digits)));
}

// The release's directory of modules, and before and behind it what the text had of other origin.
static struct btl_str sync_module_path(struct sync *sync, const struct btl_config *config)
{
    struct memory_buffer path;
    struct btl_str rest = config->module_path, part, own = sync->release.module_directory;
    memory_buffer_begin(&path, sync->edit.host->arena, 256);
    if (own.len > 0)
        btl_format(&path.out, "%pS", &own);
    while (config->module_path_setting != NULL && btl_take_part(&rest, ';', &part)) {
        if (release_of_path(part).len == 0)
            btl_format(&path.out, "%s%pS", path.len > 0 ? ";" : "", &part);
    }
    return memory_buffer_text(&path);
}

// The words of a command line that the loader or the kernel's stub adds by itself.
static bool sync_is_kept_option(struct btl_str word)
{
    return !btl_str_begins(word, BTL_STR("BOOT_IMAGE=")) &&
           !btl_str_begins(word, BTL_STR("initrd="));
}

// Return the command line for a machine that has no loader.conf: that of kernel-install(8), or the
// one with which this system was booted.
static struct btl_str sync_options(const struct sync *sync)
{
    static const char *const places[] = {"/etc/kernel/cmdline", "/usr/lib/kernel/cmdline",
                                         "/proc/cmdline"};
    struct btl_bytes bytes = {(const uint8_t *)"", 0};
    struct memory_buffer kept;
    int ignored;
    for (size_t i = 0; i < BTL_COUNT(places) && bytes.size == 0; i++) {
        const char *path =
            memory_text(sync->edit.host->arena, "%s%s", sync->release.root, places[i]).at;
        if (!files_map(path, &bytes, &ignored))
            bytes.size = 0;
    }
    struct btl_str rest = {(const char *)bytes.at, bytes.size}, line, word;
    memory_buffer_begin(&kept, sync->edit.host->arena, 256);
    while (btl_take_line(&rest, &line)) {
        while (btl_take_part(&line, ' ', &word)) {
            if (sync_is_kept_option(word))
                btl_format(&kept.out, "%s%pS", kept.len > 0 ? " " : "", &word);
        }
    }
    return memory_buffer_text(&kept);
}

static void sync_edit_text(struct sync *sync)
{
    struct btl_arena *arena = sync->edit.host->arena;
    struct release *release = &sync->release;
    struct btl_config config = conf_parse(arena, sync->edit.text);
    sync_set(sync, "kernel", release->kernel_file.path);
    sync_set_or_unset(sync, "initrd", release->initrd_file.path);
    sync_set_or_unset(sync, "module_path", sync_module_path(sync, &config));
    if (sync->options != NULL)
        sync_set(sync, "kernel_options", btl_str_of(sync->options));
    else if (!sync->edit.existed)
        sync_set_or_unset(sync, "kernel_options", sync_options(sync));
    sync_set_pin(sync, &config, BTL_STR("kernel_sha256"), &release->kernel_file);
    for (size_t i = 0; i < release->module_count; i++) {
        struct btl_str name = module_path_name(release->modules[i].path);
        sync_set_pin(sync, &config, memory_text(arena, "%pS_sha256", &name), &release->modules[i]);
    }
    if (sync->no_trial)
        conf_unset(arena, &sync->edit.text, BTL_STR(BTL_TRIES_KEY));
}

// ------------------------------------------------------------------------------------- the files

// Does the loader look for the module's file in module_path?
static bool sync_is_wanted(const struct btl_module_config *module)
{
    return module->load_yes && !module->blacklisted && module->path == NULL;
}

// Switch on the modules of the command line.
static bool sync_switch_on(struct sync *sync)
{
    for (int i = 0; i < sync->module_count; i++) {
        struct btl_str name = btl_str_of(sync->modules[i]);
        if (btl_str_find(name, '.') < name.len) { // "." stands before a tunable, and in releases
            usage_error(sync->edit.host, "\"%pS\" is not a module's name", &name);
            return false;
        }
        if (!edit_is_module_name(&sync->edit, name) ||
            !edit_set_argument(&sync->edit, name, "load=YES"))
            return false;
    }
    return true;
}

// Read the modules that the text switches on. What the release does not have is reported; whether
// the boot can do without it, the check of the new text decides.
static bool sync_read_modules(struct sync *sync)
{
    struct btl_config config = conf_parse(sync->edit.host->arena, sync->edit.text);
    for (size_t i = 0; i < config.module_count; i++) {
        const struct btl_module_config *module = &config.modules[i];
        bool known;
        if (!sync_is_wanted(module))
            continue;
        if (!release_add_module(&sync->release, module->name, &known))
            return false;
        if (!known)
            btl_report(&sync->edit.host->diags, BTL_HOST_LINUX_NO_MODULE,
                       ((struct btl_place){
                           .file = volume_name(&sync->edit.boot.volume, sync->edit.boot.path),
                           .line = module->load->line,
                           .module = module->name}),
                       BTL_ARG_Z(sync->release.name));
    }
    release_choose_paths(&sync->release);
    return true;
}

static bool sync_count_file(void *owner, const struct release_file *file)
{
    struct sync *sync = owner;
    if (!esp_has(&sync->volume, file->path, file->bytes))
        sync->bytes += file->bytes.size;
    return true;
}

static bool sync_show_to_check(void *owner, const struct release_file *file)
{
    struct sync *sync = owner;
    struct boot_overlay *overlay = MEMORY_NEW(sync->edit.host->arena, struct boot_overlay);
    *overlay =
        (struct boot_overlay){.path = file->path, .bytes = file->bytes, .next = sync->edit.overlay};
    sync->edit.overlay = overlay;
    return true;
}

static bool sync_store_file(void *owner, const struct release_file *file)
{
    struct sync *sync = owner;
    return esp_store(&sync->volume, file->path, file->bytes, false);
}

// Store the files, when the check of the text that will name them has passed.
static bool sync_store(struct edit *edit, void *owner)
{
    struct sync *sync = owner;
    bool good = volume_open(edit->host, edit->boot.root, &sync->volume);
    if (good) {
        release_for_each(&sync->release, sync, sync_count_file);
        good = esp_require_space(&sync->volume, sync->bytes) &&
               release_for_each(&sync->release, sync, sync_store_file);
    }
    volume_close(&sync->volume);
    return good;
}

// ----------------------------------------------------------------------------------------- steps

// Delete what no configuration names.
static bool sync_collect(const struct sync *sync)
{
    struct host *host = sync->edit.host;
    struct boot boot = {.host = host, .root = sync->edit.boot.root};
    struct collected sum = {0};
    struct uses uses;
    boot_argument(&boot, NULL);
    bool good = boot_open(&boot) &&
                uses_find(&boot, sync->edit.boot.path, sync->edit.efivars, &uses) &&
                collect_releases(&boot, &uses, sync->edit.dry_run, &sum);
    boot_close(&boot);
    return good;
}

// Return the release whose kernel the text names; empty: of another origin.
static struct btl_str sync_configured(const struct sync *sync)
{
    return release_of_path(conf_parse(sync->edit.host->arena, sync->edit.text).kernel);
}

// Is there nothing to do for this release? A hook leaves a newer kernel in place, and a machine
// without btl install; a removed kernel that the text does not name leaves the text as it is.
static bool sync_is_idle(struct sync *sync)
{
    struct btl_str configured = sync_configured(sync);
    struct btl_str name = btl_str_of(sync->release.name);
    if (sync->removed)
        return !btl_str_equal(configured, name);
    return sync->hook && configured.len > 0 &&
           release_is_newer(sync->edit.host->arena, configured, name);
}

// Take the newest kernel that is left in the place of the removed one. False: there is none.
static bool sync_take_newest(struct sync *sync)
{
    const char *newest = release_newest(sync->edit.host, sync->release.root, sync->release.name);
    if (newest == NULL) {
        btl_report(&sync->edit.host->diags, BTL_HOST_LINUX_LAST,
                   ((struct btl_place){
                       .file = volume_name(&sync->edit.boot.volume, sync->edit.boot.path)}),
                   BTL_ARG_Z(sync->release.name));
        return false;
    }
    sync->release.name = newest;
    sync->release.kernel = sync->release.initrd = NULL;
    return true;
}

static int sync_release(struct sync *sync)
{
    struct edit *edit = &sync->edit;
    if (!sync_switch_on(sync) || !release_read(&sync->release) || !sync_read_modules(sync))
        return EXIT_ERRORS;
    sync_edit_text(sync);
    release_for_each(&sync->release, sync, sync_show_to_check);
    edit->prepare = sync_store;
    edit->prepare_owner = sync;
    return edit_finish(edit, BTL_STR(""));
}

// Was btl install run for this volume?
static bool sync_has_loader(struct volume *volume)
{
    struct volume_file file;
    struct btl_file_problem problem;
    const char *path;
    bool found = false;
    for (size_t i = 0; (path = loader_file_path(i)) != NULL && !found; i++)
        found = volume_file_open(volume, btl_str_of(path), UINT64_MAX, &file, &problem);
    return found;
}

static int sync_run(struct sync *sync)
{
    struct edit *edit = &sync->edit;
    edit->boot.root = esp_directory(sync->esp);
    if (edit->boot.root == NULL && sync->hook)
        return EXIT_GOOD;
    if (edit->boot.root == NULL) {
        esp_report_none(edit->host);
        return EXIT_ERRORS;
    }
    if (!edit_trial_state(edit) || !edit_open(edit))
        return EXIT_ERRORS;
    if (sync->hook && !sync_has_loader(&edit->boot.volume))
        return EXIT_GOOD;
    bool idle = sync_is_idle(sync);
    int status = EXIT_GOOD;
    if (!idle && (!sync->removed || sync_take_newest(sync)))
        status = sync_collect(sync) ? sync_release(sync) : EXIT_ERRORS;
    if (status == EXIT_GOOD && !edit->dry_run && (!sync->hook || !idle || sync->removed))
        status = sync_collect(sync) ? EXIT_GOOD : EXIT_ERRORS;
    return status;
}

static int linux_sync_command(struct host *host, int argc, char **argv)
{
    struct sync sync = {.edit = {.host = host, .boot = {.host = host}},
                        .release = {.host = host, .root = ""}};
    return sync_parse(&sync, argc, argv) ? sync_run(&sync) : EXIT_ERRORS;
}

void linux_sync_offer_releases(struct host *host, const char *word)
{
    const char *name, *after = "";
    while ((name = release_next(host, "", after)) != NULL) {
        complete_offer(word, btl_str_of(name), NULL);
        after = name;
    }
}

const struct command cmd_linux_sync = {
    .name = "linux-sync",
    .synopsis = "[--esp DIR|IMAGE] [-f LOADER.CONF] [--root DIR] [--kernel FILE]\n"
                "               [--initrd FILE | --no-initrd] [--options TEXT] [--trial[=N] | "
                "--no-trial]\n"
                "               [--hook] [--removed] [--force] [-n] [--efivars DIR|FILE] RELEASE\n"
                "               [MODULE ...]",
    .summary = "copies a Linux kernel with its modules to the boot volume, on trial",
    .help =
        "      --esp DIR|IMAGE     the boot volume; default: the EFI system partition at /efi,\n"
        "                          /boot/efi or /boot\n"
        "  -f, --file LOADER.CONF  its path on the volume\n"
        "      --root DIR          the system, with boot and lib/modules; default: this one\n"
        "      --kernel FILE       the kernel; default: boot/vmlinuz-RELEASE\n"
        "      --initrd FILE       the initial RAM disk; default: boot/initrd.img-RELEASE, if it "
        "exists\n"
        "      --no-initrd         without an initial RAM disk\n"
        "      --options TEXT      set kernel_options; default, if there is no loader.conf:\n"
        "                          /etc/kernel/cmdline, or the command line of this boot\n"
        "      --trial[=N]         put the new text on trial with N tries (default " EDIT_TRIES
        ")\n"
        "      --no-trial          the new text is on no trial\n"
        "      --hook              of a package: do nothing without btl install, and leave a "
        "newer\n"
        "                          kernel in place\n"
        "      --removed           RELEASE is gone from this system; if loader.conf names it, the\n"
        "                          newest kernel that is left takes its place\n"
        "      --force             write the text even if 'btl check' finds errors\n"
        "  -n, --dry-run           print the new loader.conf and write nothing\n"
        "      --efivars DIR|FILE  the UEFI variables of the machine (btl state --help)\n"
        "Each MODULE is switched on in loader.conf (NAME_load=\"YES\"). The modules that "
        "loader.conf\n"
        "switches on are copied with their dependencies, as depmod lists them; compressed ones "
        "are\n"
        "decompressed. The files lie in /linux/RELEASE, with the first digits of their SHA-256 in\n"
        "their names. Files that no configuration uses any more are deleted.\n\n"
        "Example: btl linux-sync --esp /boot/efi \"$(uname -r)\" i6300esb\n",
    .run = linux_sync_command,
};

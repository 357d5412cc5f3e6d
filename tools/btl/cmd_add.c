// SPDX-License-Identifier: BSD-2-Clause
// btl add: store modules on the volume and switch them on in loader.conf. The file of a module is
// written before the text that names it.
#include <string.h>

#include <btl/hash.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"
#include "edit/module_file.h"
#include "report.h"

struct addition {
    struct edit edit;
    struct btl_str directory; // of the volume
    struct module_file *files;
    size_t count;
    char **settings; // KEY=VALUE
    int setting_count;
};

// KEY=VALUE, not the path of a file: no '/' stands before its '='.
static bool add_is_setting(const char *word)
{
    return word[strcspn(word, "=/")] == '=';
}

// Take the files and KEY=VALUE apart: the files come first. False: reported.
static bool add_parse(struct addition *add, char **words, int count)
{
    struct host *host = add->edit.host;
    int files = 0;
    while (files < count && !add_is_setting(words[files]))
        files++;
    for (int i = files; i < count; i++) {
        if (!add_is_setting(words[i])) {
            usage_error(host, "the file %s stands after KEY=VALUE; name the files first", words[i]);
            return false;
        }
    }
    if (files > 0 && edit_report_trial_number(&add->edit, btl_str_of(words[0])))
        return false;
    if (files == 0) {
        usage_error(host, "the file of a module is missing, as in btl add hello.ko phase=BOOT2");
        return false;
    }
    if (files > 1 && files < count) {
        usage_error(host, "\"%s\" is given with %d files; give KEY=VALUE with one file alone",
                    words[files], files);
        return false;
    }
    add->settings = words + files;
    add->setting_count = count - files;
    add->count = (size_t)files;
    return true;
}

// Choose the directory: the first one of module_path that exists, else the first one, which is
// made.
static void add_choose_directory(struct addition *add)
{
    struct btl_config config = conf_parse(add->edit.host->arena, add->edit.text);
    struct btl_str rest = config.module_path, directory;
    while (btl_take_part(&rest, ';', &directory)) {
        bool exists = volume_has_directory(&add->edit.boot.volume, directory);
        if (exists || add->directory.len == 0)
            add->directory = directory;
        if (exists)
            return;
    }
}

static bool add_is_there(struct volume *volume, const struct module_file *file)
{
    struct btl_bytes bytes;
    struct btl_file_problem problem;
    return volume_read(volume, file->path, file->bytes.size, &bytes, &problem) &&
           bytes.size == file->bytes.size && memcmp(bytes.at, file->bytes.at, bytes.size) == 0;
}

// Is the path that of another file of btl add? (A file that does not have the hash in its name is
// damaged, and is replaced.) Reports that it is.
static bool add_is_taken(struct addition *add, const struct module_file *file)
{
    struct volume *volume = &add->edit.boot.volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    bool taken = volume_read(volume, file->path, BTL_ELF_FILE_MAX, &bytes, &problem) &&
                 module_file_is_stored(file->path, bytes) && !add_is_there(volume, file);
    if (taken)
        btl_report(&volume->host->diags, BTL_HOST_ADD_SAME_HASH,
                   ((struct btl_place){.file = btl_str_of(file->source)}), BTL_ARG(file->path));
    return taken;
}

// Read all files. False, reported: one is no module of this machine, or two are the same module.
static bool add_read(struct addition *add, char **words)
{
    struct host *host = add->edit.host;
    struct btl_symtab names;
    bool good = btl_symtab_init(&names, 16, host->arena);
    add->files = MEMORY_ARRAY(host->arena, struct module_file, add->count);
    for (size_t i = 0; i < add->count; i++) {
        struct module_file *file = &add->files[i];
        if (!module_file_read(host, words[i], add->edit.boot.machine, add->directory, file)) {
            good = false;
        } else if (!btl_symtab_add(&names, file->name, i, 0, NULL)) {
            btl_report(&host->diags, BTL_HOST_SAME_NAME,
                       ((struct btl_place){.file = btl_str_of(words[i])}), BTL_ARG(file->name));
            good = false;
        } else {
            good = !add_is_taken(add, file) && good;
        }
    }
    return good;
}

static void add_set(struct edit *edit, struct btl_str module, const char *key, struct btl_str value)
{
    struct btl_str whole = memory_text(edit->host->arena, "%pS_%s", &module, key);
    edit->text = conf_set(edit->host->arena, edit->text, module, whole, value);
}

// kernel_sha256 is the kernel's, and not of a module called kernel.
static bool add_has(const struct edit *edit, struct btl_str module, const char *key)
{
    struct btl_config config = conf_parse(edit->host->arena, edit->text);
    struct btl_str whole = memory_text(edit->host->arena, "%pS_%s", &module, key), value, owner;
    return btl_config_key(whole, &owner) && btl_str_equal(owner, module) &&
           btl_config_value(&config, whole, &value);
}

// Put the module into the text: switched on unless a line says something else, under its new path.
// A pin is of the file, so it follows the file.
static void add_configure(struct edit *edit, const struct module_file *file)
{
    char digits[BTL_SHA256_TEXT];
    if (!add_has(edit, file->name, "load"))
        add_set(edit, file->name, "load", BTL_STR("YES"));
    add_set(edit, file->name, "name", file->path);
    if (add_has(edit, file->name, "sha256"))
        add_set(edit, file->name, "sha256", btl_str_of(btl_sha256_text(file->sha256, digits)));
}

// Add the files to what the check finds on the volume.
static void add_show_to_check(struct addition *add)
{
    for (size_t i = 0; i < add->count; i++) {
        struct boot_overlay *overlay = MEMORY_NEW(add->edit.host->arena, struct boot_overlay);
        *overlay = (struct boot_overlay){
            .path = add->files[i].path, .bytes = add->files[i].bytes, .next = add->edit.overlay};
        add->edit.overlay = overlay;
    }
}

static bool add_store_file(struct volume *volume, const struct module_file *file)
{
    struct btl_out out = out_to(stdout);
    struct btl_str name = report_safe(volume->host->arena, volume_name(volume, file->path));
    bool there = add_is_there(volume, file);
    if (!there && !volume_store(volume, file->path, file->bytes))
        return false;
    btl_format(&out, "%pS: %s, %pB\n", &name, there ? "already on the volume" : "stored",
               &(uint64_t){file->bytes.size});
    return true;
}

// The files go to the volume when the check has passed.
static bool add_store(struct edit *edit, void *owner)
{
    const struct addition *add = owner;
    struct volume volume; // read again: the volume may have changed
    bool good = volume_open(edit->host, edit->boot.root, &volume) &&
                volume_make_directory(&volume, add->directory);
    for (size_t i = 0; i < add->count && good; i++)
        good = add_store_file(&volume, &add->files[i]);
    volume_close(&volume);
    return good;
}

static bool add_settings(struct addition *add)
{
    for (int i = 0; i < add->setting_count; i++) {
        if (!edit_set_argument(&add->edit, add->files[0].name, add->settings[i]))
            return false;
    }
    return true;
}

// ------------------------------------------------------------------------------------- dependents

static bool add_depends_on(const struct btl_plan *plan, uint32_t index, struct btl_str name)
{
    const struct btl_planned *planned = &plan->modules[index];
    for (uint32_t i = 0; i < planned->dependency_count; i++) {
        if (btl_str_equal(plan->modules[planned->dependencies[i]].name, name))
            return true;
    }
    return false;
}

// Print what becomes of the modules that need this one.
static void add_print_dependents(const struct btl_plan *plan, struct btl_str name)
{
    struct btl_out out = out_to(stdout);
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *planned = &plan->modules[i];
        bool failed = planned->verdict == BTL_FAILED;
        if (!add_depends_on(plan, i, name))
            continue;
        if (count++ == 0)
            btl_format(&out, "%pS: needed by ", &name);
        else
            btl_format(&out, ", ");
        btl_format(&out, "%pS%s", &planned->name, failed ? " (cannot be loaded)" : "");
    }
    if (count > 0)
        btl_format(&out, "\n");
}

// Plan the boot with the stored files; its messages were reported by the check.
static void add_report_dependents(const struct addition *add)
{
    const struct edit *edit = &add->edit;
    struct host quiet = *edit->host;
    struct boot boot = {.host = &quiet, .root = edit->boot.root, .path = edit->boot.path};
    quiet.diags = (struct btl_diags){.arena = quiet.arena};
    if (boot_open(&boot)) {
        boot_steps_with(&boot, boot.path, edit->text);
        for (size_t i = 0; i < add->count; i++)
            add_print_dependents(&boot.attempt.plan, add->files[i].name);
    }
    boot_close(&boot);
}

static int add_command(struct host *host, int argc, char **argv)
{
    struct addition add = {.count = 0};
    struct edit *edit = &add.edit;
    if (!edit_begin(edit, host, argc, argv))
        return EXIT_ERRORS;
    if (edit->global)
        return usage_error(host, "btl add takes files of modules, without -g");
    if (!add_parse(&add, argv + optind, argc - optind))
        return EXIT_ERRORS;
    add_choose_directory(&add);
    if (!add_read(&add, argv + optind))
        return EXIT_ERRORS;
    for (size_t i = 0; i < add.count; i++)
        add_configure(edit, &add.files[i]);
    edit->added_file = add.files[0].source;
    edit->added_name = add.files[0].name;
    if (!add_settings(&add))
        return EXIT_ERRORS;
    add_show_to_check(&add);
    edit->prepare = add_store;
    edit->prepare_owner = &add;
    int status = edit_finish(
        edit, edit_without_effect(edit, edit->added_name, add.settings, add.setting_count));
    if (status == EXIT_GOOD && !edit->dry_run)
        add_report_dependents(&add);
    return status;
}

const struct command cmd_add = {
    .name = "add",
    .synopsis = EDIT_SYNOPSIS " FILE.ko ... [KEY=VALUE ...]",
    .summary = "stores modules on the volume and switches them on in loader.conf",
    .help = EDIT_HELP
    "Each FILE becomes NAME-XXXXXXXX.ko in the first directory of module_path that exists, with\n"
    "the first digits of its SHA-256, and NAME_name names it. A module that is configured already\n"
    "is updated: its settings stay, and loader.conf.prev names its old file. KEY is a key of a\n"
    "module, as for 'btl set'. What 'btl check' would reject, such as a module that needs what "
    "the\n"
    "new file lacks, is rejected before anything is written.\n\n"
    "Example: btl add -C btl.img mine.ko phase=BOOT1\n"
    "         btl add --trial -C /boot/efi disk.ko on_error=fallback\n",
    .run = add_command,
};

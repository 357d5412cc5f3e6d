// SPDX-License-Identifier: BSD-2-Clause
// btl remove: take modules out of loader.conf, and their files off the volume when no configuration
// uses them. The text is written before a file goes.
#include <string.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"
#include "edit/module_file.h"
#include "edit/uses.h"
#include "report.h"

// Take one module out of the text, and its files out of what the check finds. False: reported.
static bool remove_module(struct edit *edit, struct btl_str module)
{
    struct host *host = edit->host;
    struct btl_config config = conf_parse(host->arena, edit->text);
    struct btl_str *paths;
    size_t count = module_files(&edit->boot.volume, &config, module, &paths);
    bool mentioned = edit_unset_module(edit, module);
    for (size_t i = 0; i < count; i++) {
        struct boot_overlay *overlay = MEMORY_NEW(host->arena, struct boot_overlay);
        *overlay = (struct boot_overlay){.path = paths[i], .absent = true, .next = edit->overlay};
        edit->overlay = overlay;
    }
    return mentioned || count > 0 || edit_report_not_set(edit, module, BTL_STR(""));
}

static void remove_report_stays(const struct uses *uses, struct btl_str path,
                                struct btl_bytes bytes, struct btl_str user)
{
    struct volume *volume = &uses->boot->volume;
    bool stored = module_file_is_stored(path, bytes);
    btl_report(&uses->host->diags, BTL_HOST_FILE_STAYS,
               ((struct btl_place){.file = volume_name(volume, path)}),
               BTL_ARG(volume_name(volume, user)),
               BTL_ARG_Z(stored ? "'btl gc' deletes the file when no configuration uses it"
                                : "delete the file yourself when no configuration uses it"));
}

static bool remove_file_of(const struct uses *uses, struct btl_str path)
{
    struct volume *volume = &uses->boot->volume;
    struct btl_out out = out_to(stdout);
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    struct btl_str user, name = volume_name(volume, path);
    if (!volume_read(volume, path, UINT64_MAX, &bytes, &problem))
        return true; // deleted already, under another way to write the path
    if (uses_has(uses, path, &user)) {
        remove_report_stays(uses, path, bytes, user);
        return true;
    }
    if (!btl_str_ends(path, BTL_STR(MODULE_SUFFIX))) {
        btl_report(&uses->host->diags, BTL_HOST_FILE_FOREIGN, ((struct btl_place){.file = name}));
        return true;
    }
    if (!volume_remove(volume, path))
        return false;
    name = report_safe(uses->host->arena, name);
    btl_format(&out, "%pS: deleted\n", &name);
    return true;
}

// Delete the files that no configuration uses now.
static int remove_files(struct edit *edit)
{
    struct boot boot = {.host = edit->host, .root = edit->boot.root};
    struct uses uses;
    bool good = boot_open(&boot) && uses_find(&boot, edit->boot.path, edit->efivars, &uses);
    for (const struct boot_overlay *file = edit->overlay; file != NULL && good; file = file->next)
        good = remove_file_of(&uses, file->path);
    boot_close(&boot);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int remove_command(struct host *host, int argc, char **argv)
{
    struct edit edit;
    bool good = true;
    if (!edit_begin(&edit, host, argc, argv))
        return EXIT_ERRORS;
    if (edit.global)
        return usage_error(host, "btl remove takes names of modules, without -g");
    if (optind >= argc)
        return usage_error(host, "the module's name is missing");
    if (!edit_requires_file(&edit) || edit_report_trial_number(&edit, btl_str_of(argv[optind])))
        return EXIT_ERRORS;
    for (int i = optind; i < argc; i++)
        good = remove_module(&edit, btl_str_of(argv[i])) && good;
    int status = good ? edit_finish(&edit, BTL_STR("")) : EXIT_ERRORS;
    return status != EXIT_GOOD || edit.dry_run ? status : remove_files(&edit);
}

const struct command cmd_remove = {
    .name = "remove",
    .synopsis = EDIT_SYNOPSIS " NAME ...",
    .summary = "takes modules out of loader.conf, and their files off the volume",
    .help = EDIT_HELP
    "A module that another one of the configuration needs is not removed. Its file is deleted "
    "when\n"
    "no configuration of the volume uses it: loader.conf.prev often does, and then the file stays\n"
    "until 'btl gc' finds it unused.\n\n"
    "Example: btl remove -C btl.img hello\n"
    "         btl remove --trial -C /boot/efi disk\n",
    .run = remove_command,
};

// SPDX-License-Identifier: BSD-2-Clause
// btl gc: delete the files of btl add and btl linux-sync that no configuration of the volume uses
// any more.
#include "edit/edit.h"
#include "edit/module_file.h"
#include "edit/uses.h"
#include "linux/collect.h"
#include "output.h"
#include "report.h"

struct collection {
    struct edit edit; // its options and its lock
    struct boot boot;
    struct uses uses;
    struct collected sum;
};

// Is this a file of btl add? Other files are not this program's to delete.
static bool gc_is_stored(struct collection *gc, struct btl_str path, uint64_t *ret_size)
{
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (!module_file_is_named(path) ||
        !volume_read(&gc->boot.volume, path, BTL_ELF_FILE_MAX, &bytes, &problem))
        return false;
    *ret_size = bytes.size;
    return module_file_is_stored(path, bytes);
}

// Is this what a btl add that was stopped has left in a tree? The lock of the volume excludes that
// one is at work.
static bool gc_is_left(struct collection *gc, struct btl_str path, uint64_t *ret_size)
{
    struct btl_str suffix = BTL_STR(OUTPUT_SUFFIX);
    struct btl_file_problem problem;
    struct volume_file file;
    if (!btl_str_ends(path, suffix) ||
        !module_file_is_named(btl_str_without_last(path, suffix.len)) ||
        !volume_file_open(&gc->boot.volume, path, UINT64_MAX, &file, &problem))
        return false;
    *ret_size = file.size;
    return true;
}

static bool gc_file(struct collection *gc, struct btl_str path)
{
    struct btl_out out = out_to(stdout);
    struct btl_str user, name = volume_name(&gc->boot.volume, path);
    uint64_t size = 0;
    if (!gc_is_stored(gc, path, &size) && !gc_is_left(gc, path, &size))
        return true;
    if (uses_has(&gc->uses, path, &user)) {
        gc->sum.kept++;
        return true;
    }
    if (!gc->edit.dry_run && !volume_remove(&gc->boot.volume, path))
        return false;
    gc->sum.count++;
    gc->sum.bytes += size;
    name = report_safe(gc->edit.host->arena, name);
    btl_format(&out, "%pS: %s, %pB\n", &name, gc->edit.dry_run ? "would be deleted" : "deleted",
               &size);
    return true;
}

static bool gc_directory(struct collection *gc, struct btl_str directory)
{
    struct btl_str *names;
    size_t count = volume_names(&gc->boot.volume, directory, &names);
    directory = btl_directory_prefix(directory);
    for (size_t i = 0; i < count; i++) {
        if (!gc_file(gc, memory_text(gc->edit.host->arena, "%pS/%pS", &directory, &names[i])))
            return false;
    }
    return true;
}

static void gc_print_sum(const struct collection *gc, const char *command,
                         const struct collected *sum)
{
    struct btl_out out = out_to(stdout);
    btl_format(&out, "%lu file%s of %s %s, %pB; %lu in use\n", sum->count,
               sum->count == 1 ? "" : "s", command,
               gc->edit.dry_run ? "would be deleted" : "deleted", &sum->bytes, sum->kept);
}

static bool gc_releases(struct collection *gc)
{
    struct collected sum = {0};
    bool good = collect_releases(&gc->boot, &gc->uses, gc->edit.dry_run, &sum);
    if (sum.count + sum.kept > 0)
        gc_print_sum(gc, "btl linux-sync", &sum);
    return good;
}

static int gc_command(struct host *host, int argc, char **argv)
{
    struct collection gc = {.edit = {.host = host, .boot = {.host = host}}, .boot = {.host = host}};
    const struct command_option options[] = {
        {.word = "volume", .letter = 'C', .value = &gc.boot.root},
        {.word = "dry-run", .letter = 'n', .flag = &gc.edit.dry_run},
        {.word = "efivars", .value = &gc.edit.efivars},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (optind < argc)
        return usage_error(host, "btl gc finds the files itself; do not name \"%s\"", argv[optind]);
    boot_argument(&gc.boot, NULL);
    gc.edit.boot.root = gc.boot.root;
    if (!gc.edit.dry_run)
        edit_lock(&gc.edit);
    bool good = boot_open(&gc.boot) && uses_find(&gc.boot, BTL_STR(""), gc.edit.efivars, &gc.uses);
    for (size_t i = 0; i < gc.uses.directory_count && good; i++)
        good = gc_directory(&gc, gc.uses.directories[i]);
    if (good)
        gc_print_sum(&gc, "btl add", &gc.sum);
    good = good && gc_releases(&gc);
    boot_close(&gc.boot);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_gc = {
    .name = "gc",
    .synopsis = "[-C DIR|IMAGE] [-n] [--efivars DIR|FILE]",
    .summary = "deletes files of btl add and linux-sync that no configuration uses",
    .help =
        "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a disk image\n"
        "  -n, --dry-run           print what would be deleted and delete nothing\n"
        "      --efivars DIR|FILE  the UEFI variables of the machine (btl state --help), which "
        "name\n"
        "                          configurations too, the last good one among them\n"
        "A file is deleted when its name is NAME-XXXXXXXX.ko with the first digits of its "
        "SHA-256,\n"
        "and no configuration of the volume, nor the .prev of one, names or finds the file. Files\n"
        "with other names stay.\n\n"
        "Example: btl gc -n -C btl.img\n",
    .run = gc_command,
};

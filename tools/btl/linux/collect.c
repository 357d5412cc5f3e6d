// SPDX-License-Identifier: BSD-2-Clause
#include "collect.h"

#include <fcntl.h>
#include <unistd.h>

#include "output.h"
#include "release.h"
#include "report.h"

struct collect {
    struct boot *boot;
    const struct uses *uses;
    bool dry_run;
    struct collected *sum;
};

static bool collect_is_dots(struct btl_str name)
{
    return btl_str_equal(name, BTL_STR(".")) || btl_str_equal(name, BTL_STR(".."));
}

// Is this BEFORE-XXXXXXXXAFTER with digits of a hash?
static bool collect_has_digits(struct btl_str name, struct btl_str before, struct btl_str after)
{
    if (name.len != before.len + RELEASE_HASH + after.len || !btl_str_begins(name, before) ||
        !btl_str_ends(name, after))
        return false;
    for (size_t i = 0; i < RELEASE_HASH; i++) {
        char c = name.at[before.len + i];
        if (!btl_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return true;
}

static bool collect_is_stored(struct btl_str name)
{
    return collect_has_digits(name, BTL_STR("vmlinuz-"), BTL_STR("")) ||
           collect_has_digits(name, BTL_STR("initrd-"), BTL_STR(".img"));
}

static struct btl_str collect_path(const struct collect *collect, struct btl_str directory,
                                   struct btl_str name)
{
    return memory_text(collect->boot->host->arena, "%pS/%pS", &directory, &name);
}

// Delete a file, unless a configuration uses it. *kept: that many stay.
static bool collect_file(struct collect *collect, struct btl_str path, bool in_use, size_t *kept)
{
    struct btl_out out = out_to(stdout);
    struct volume *volume = &collect->boot->volume;
    struct volume_file file;
    struct btl_file_problem problem;
    if (in_use || !volume_file_open(volume, path, UINT64_MAX, &file, &problem)) {
        (*kept)++;
        collect->sum->kept += in_use;
        return true;
    }
    if (!collect->dry_run && !volume_remove(volume, path))
        return false;
    struct btl_str name = report_safe(volume->host->arena, volume_name(volume, path));
    btl_format(&out, "%pS: %s, %pB\n", &name, collect->dry_run ? "would be deleted" : "deleted",
               &file.size);
    collect->sum->count++;
    collect->sum->bytes += file.size;
    return true;
}

static void collect_remove_directory(struct collect *collect, struct btl_str path)
{
    struct volume *volume = &collect->boot->volume;
    const char *found =
        volume->is_image || collect->dry_run ? NULL : tree_find(&volume->tree, path);
    if (found != NULL)
        unlinkat(volume->tree.root, found, AT_REMOVEDIR); // one with files stays
}

static bool collect_uses(const struct collect *collect, struct btl_str path)
{
    struct btl_str user;
    return uses_has(collect->uses, path, &user);
}

// A directory of modules is in use as a whole: a configuration has it in module_path.
static bool collect_modules(struct collect *collect, struct btl_str directory, size_t *kept)
{
    struct btl_str *names;
    bool in_use = collect_uses(collect, directory);
    size_t count = volume_names(&collect->boot->volume, directory, &names);
    for (size_t i = 0; i < count; i++) {
        struct btl_str path = collect_path(collect, directory, names[i]);
        bool of_sync = btl_str_ends(names[i], BTL_STR(".ko")) ||
                       btl_str_ends(names[i], BTL_STR(OUTPUT_SUFFIX));
        if (collect_is_dots(names[i]))
            continue;
        if (of_sync && !collect_file(collect, path, in_use || collect_uses(collect, path), kept))
            return false;
    }
    collect_remove_directory(collect, directory);
    return true;
}

// One release. Its modules.builtin goes with the last of its files.
static bool collect_release(struct collect *collect, struct btl_str directory)
{
    struct btl_str *names, builtin = collect_path(collect, directory, BTL_STR("modules.builtin"));
    size_t count = volume_names(&collect->boot->volume, directory, &names), kept = 0;
    bool has_builtin = false, good = true;
    for (size_t i = 0; i < count && good; i++) {
        struct btl_str path = collect_path(collect, directory, names[i]);
        bool left = btl_str_ends(names[i], BTL_STR(OUTPUT_SUFFIX));
        if (collect_is_dots(names[i]))
            continue;
        if (collect_has_digits(names[i], BTL_STR("modules-"), BTL_STR("")))
            good = collect_modules(collect, path, &kept);
        else if (btl_str_equal(path, builtin))
            has_builtin = true;
        else if (left || collect_is_stored(names[i]))
            good = collect_file(collect, path, collect_uses(collect, path), &kept);
    }
    if (good && has_builtin && kept == 0)
        good = collect_file(collect, builtin, false, &kept);
    collect_remove_directory(collect, directory);
    return good;
}

bool collect_releases(struct boot *boot, const struct uses *uses, bool dry_run,
                      struct collected *collected)
{
    struct collect collect = {boot, uses, dry_run, collected};
    struct btl_str *names, root = BTL_STR(RELEASE_DIRECTORY);
    size_t count = volume_names(&boot->volume, root, &names);
    for (size_t i = 0; i < count; i++) {
        if (!collect_is_dots(names[i]) &&
            !collect_release(&collect, collect_path(&collect, root, names[i])))
            return false;
    }
    return true;
}

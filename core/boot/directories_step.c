// SPDX-License-Identifier: BSD-2-Clause
// The step that finds the existing directories of module_path, by one look at each. The search for
// the modules' files opens nothing in the missing ones.
#include "attempt_private.h"

struct directories {
    struct btl_str kept[BTL_MODULE_DIRECTORIES_MAX];
    uint32_t kept_count, count, missing, surplus; // count: of all
    struct btl_str first_missing;
};

// Only a clear answer makes a directory missing: other failures are those of its files.
static bool directory_exists(struct btl_attempt *attempt, struct btl_str directory)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_file_problem problem;
    directory = btl_directory_prefix(directory);
    if (directory.len == 0)
        return true; // the root
    return boot->driver->read(boot->owner, directory, 0, &problem) == NULL &&
           problem.code != BTL_FILE_NOT_FOUND;
}

static bool directory_is_kept(const struct directories *directories, struct btl_str directory)
{
    for (uint32_t i = 0; i < directories->kept_count; i++) {
        if (btl_str_equal(directories->kept[i], directory))
            return true;
    }
    return false;
}

static void consider_directory(struct btl_attempt *attempt, struct directories *directories,
                               struct btl_str directory)
{
    directories->count++;
    if (directory_is_kept(directories, directory))
        return;
    if (!directory_exists(attempt, directory)) {
        if (directories->missing++ == 0)
            directories->first_missing = directory;
    } else if (directories->kept_count < BTL_MODULE_DIRECTORIES_MAX) {
        directories->kept[directories->kept_count++] = directory;
    } else {
        directories->surplus++;
    }
}

static void report_directories(struct btl_attempt *attempt, const struct directories *directories)
{
    const struct btl_config *config = &attempt->config;
    struct btl_place place =
        btl_setting_place(config, config->module_path_setting, (struct btl_str){NULL, 0});
    if (directories->missing > 0)
        btl_report(attempt->diags, BTL_BOOT_NO_DIRECTORY, place, BTL_DEC(directories->missing),
                   BTL_DEC(directories->count), BTL_ARG(directories->first_missing));
    if (directories->surplus > 0)
        btl_report(attempt->diags, BTL_BOOT_DIRECTORIES, place, BTL_DEC(BTL_MODULE_DIRECTORIES_MAX),
                   BTL_DEC(directories->surplus));
}

// No bytes: no memory.
static struct btl_str join_directories(struct btl_attempt *attempt,
                                       const struct directories *directories)
{
    struct btl_str parts[2 * BTL_MODULE_DIRECTORIES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < directories->kept_count; i++) {
        if (i > 0)
            parts[count++] = BTL_STR(";");
        parts[count++] = directories->kept[i];
    }
    return btl_str_join(attempt->arena, parts, count);
}

bool attempt_find_directories(struct btl_attempt *attempt)
{
    struct btl_config *config = &attempt->config;
    struct directories directories = {.count = 0};
    struct btl_str rest = config->module_path, directory;
    config->search_path = config->module_path;
    if (!btl_take_part(&rest, ';', &directory) || rest.len == 0)
        return true; // a single directory is searched anyway, and messages about files name it
    rest = config->module_path;
    while (btl_take_part(&rest, ';', &directory))
        consider_directory(attempt, &directories, directory);
    report_directories(attempt, &directories);
    if (directories.kept_count == 0) { // for the same reason
        config->search_path = directories.first_missing;
        return true;
    }
    config->search_path = join_directories(attempt, &directories);
    return config->search_path.at != NULL || btl_attempt_no_memory(attempt, "reading modules");
}

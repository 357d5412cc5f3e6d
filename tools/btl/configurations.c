// SPDX-License-Identifier: BSD-2-Clause
#include "configurations.h"

#include <stdlib.h>
#include <string.h>

#include <btl/config.h>
#include <btl/utf16.h>

struct configuration_list {
    struct volume *volume;
    struct btl_str *paths;
    size_t count, capacity;
};

static void configurations_add(struct configuration_list *list, struct btl_str path)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        struct btl_str *paths =
            MEMORY_ARRAY(list->volume->host->arena, struct btl_str, list->capacity);
        if (list->count > 0)
            memcpy(paths, list->paths, list->count * sizeof(*paths));
        list->paths = paths;
    }
    list->paths[list->count++] = path;
}

static void configurations_add_named(struct configuration_list *list,
                                     enum btl_configuration_place place, struct btl_str name)
{
    struct btl_str path = btl_configuration_path(place, name, list->volume->host->arena);
    if (path.len > 0 && btl_path_is_usable(path))
        configurations_add(list, path);
}

static int configurations_compare(const void *a, const void *b)
{
    return btl_configuration_compare(*(const struct btl_str *)a, *(const struct btl_str *)b);
}

size_t configurations(struct volume *volume, struct btl_str **ret_paths)
{
    struct configuration_list list = {.volume = volume};
    struct volume_file file;
    struct btl_file_problem problem;
    configurations_add(&list, BTL_STR(BTL_CONFIG_DEFAULT));
    if (volume_file_open(volume, BTL_STR(BTL_CONFIG_PREVIOUS), UINT64_MAX, &file, &problem))
        configurations_add(&list, BTL_STR(BTL_CONFIG_PREVIOUS));
    for (uint32_t i = BTL_CONFIGURATIONS_DIRECTORY; i < BTL_CONFIGURATION_PLACES; i++) {
        enum btl_configuration_place place = (enum btl_configuration_place)i;
        struct btl_str *names;
        size_t count = volume_names(volume, btl_configuration_directory(place), &names);
        for (size_t k = 0; k < count; k++)
            configurations_add_named(&list, place, names[k]);
    }
    qsort(list.paths, list.count, sizeof(*list.paths), configurations_compare);
    *ret_paths = list.paths;
    return list.count;
}

// Return "a/b" for "a/b/c", "/" for "/c", "." for "c".
static struct btl_str path_parent(struct btl_str path)
{
    while (path.len > 0 && path.at[path.len - 1] != '/')
        path.len--;
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    return path.len == 0 ? BTL_STR(".") : path;
}

void configuration_split(struct btl_arena *arena, const char *path, const char **ret_volume,
                         struct btl_str *ret_path)
{
    struct btl_str whole = btl_str_of(path), name = btl_base_name(whole);
    struct btl_str directory = path_parent(whole), volume = directory;
    bool alternative = btl_str_equal(btl_base_name(directory), BTL_STR("loader.conf.d"));
    if (alternative)
        volume = path_parent(directory);
    *ret_volume = memory_text(arena, "%pS", &volume).at;
    *ret_path = memory_text(arena, "%s/%pS", alternative ? BTL_CONFIG_DIRECTORY : "", &name);
}

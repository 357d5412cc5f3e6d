// SPDX-License-Identifier: BSD-2-Clause
// The search path of module files: module_path of loader.conf, or the administrator's own.
#include "dlkm/source.h"

#include "base/arena.h"
#include "base/handoff.h"

#include <btl/config.h>
#include <btl/kernel.h>

static char *path; // kmem; NULL: not used yet

void search_path_init(void)
{
    path = NULL;
}

static bool search_path_store(struct btl_str to)
{
    char *copy = kmem_alloc(to.len + 1);

    if (copy == NULL)
        return false;
    memcpy(copy, to.at, to.len);
    kmem_free(path);
    path = copy;
    return true;
}

// The loader has reported errors of loader.conf.
bool search_path_reset(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_config config;
    struct heap_arena heap;
    struct btl_diags diags = {.arena = &heap.arena};
    bool good;

    heap_arena_init(&heap);
    btl_config_parse(btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
                     btl_manifest_text(manifest, BTLM_CONFIG), &heap.arena, &config, &diags);
    good = search_path_store(config.module_path);
    heap_arena_free(&heap);
    return good;
}

// "/DIR" of the boot volume, or "VOLUME:/DIR".
static bool directory_has_form(struct btl_str directory)
{
    struct btl_str volume = {"", 0}, rest = directory;

    btl_str_split(directory, ':', &volume, &rest);
    return btl_str_begins(directory, BTL_STR("/")) ||
           (volume.len > 0 && btl_str_begins(rest, BTL_STR("/")));
}

bool search_path_set(struct btl_str directories)
{
    struct btl_str rest = directories, directory;

    while (btl_take_part(&rest, ';', &directory))
        if (!directory_has_form(directory))
            return false;
    return search_path_store(directories);
}

struct btl_str search_path(void)
{
    if (path == NULL && !search_path_reset())
        return (struct btl_str){"", 0};
    return btl_str_of(path);
}

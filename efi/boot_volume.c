// SPDX-License-Identifier: BSD-2-Clause
// The boot volume, and the configurations on it.
#include "boot.h"

#include <btl/mem.h>

bool volume_open(struct boot *boot)
{
    if (boot->volume != NULL)
        return true;
    fw_status status = boot->fw->open_volume(boot->fw, &boot->volume);
    if (status == FW_SUCCESS)
        return true;
    boot->volume = NULL;
    btl_report(boot->attempt.diags, BTL_BOOT_NO_VOLUME, (struct btl_place){0},
               BTL_ARG(fw_status_name(status)));
    return false;
}

void volume_close(struct boot *boot)
{
    reader_close(boot);
    if (boot->volume != NULL)
        boot->volume->close_volume(boot->volume);
    boot->volume = NULL;
}

struct listing {
    struct btl_arena *arena;
    enum btl_configuration_place place;
    struct btl_str *paths; // [BTL_CONFIGURATIONS_MAX], in their order
    uint32_t count;
    bool no_memory;
};

// Insert a path in order. If the list is full, drop the last.
static void configurations_insert(struct listing *listing, struct btl_str path)
{
    uint32_t at = listing->count;
    while (at > 0 && btl_configuration_compare(path, listing->paths[at - 1]) < 0)
        at--;
    if (at == BTL_CONFIGURATIONS_MAX || (at > 0 && btl_str_equal(listing->paths[at - 1], path)))
        return;
    uint32_t moved = listing->count - at - (listing->count == BTL_CONFIGURATIONS_MAX);
    memmove(listing->paths + at + 1, listing->paths + at, moved * sizeof(path));
    listing->paths[at] = path;
    listing->count += listing->count < BTL_CONFIGURATIONS_MAX;
}

static bool configurations_visit(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listing *listing = context;
    if (info->directory)
        return true;
    struct btl_str path = btl_configuration_path(listing->place, name, listing->arena);
    listing->no_memory = path.at == NULL;
    if (path.len > 0 && !listing->no_memory)
        configurations_insert(listing, path);
    return !listing->no_memory;
}

bool configurations_list(struct boot *boot, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count)
{
    struct volume *volume = boot->volume;
    struct listing listing = {.arena = arena};
    listing.paths = BTL_NEW_ARRAY(arena, struct btl_str, BTL_CONFIGURATIONS_MAX);
    if (listing.paths == NULL)
        return false;
    // A missing directory, or an error while listing, is not fatal.
    for (uint32_t place = 0; place < BTL_CONFIGURATION_PLACES; place++) {
        listing.place = (enum btl_configuration_place)place;
        volume->list(volume, btl_configuration_directory(listing.place), configurations_visit,
                     &listing);
    }
    *ret_paths = listing.paths;
    *ret_count = listing.count;
    return !listing.no_memory;
}

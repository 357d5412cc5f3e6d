// SPDX-License-Identifier: BSD-2-Clause
// Which configuration is booted: the one that was asked for, and what comes in its place.
#include "loader.h"

#include <btl/mem.h>

#define REASON_MAX 512 // bytes

// ------------------------------------------------------------------------------ the configurations

struct listing {
    struct btl_arena *arena;
    bool in_root;
    struct btl_str *paths; // [BTL_CONFIGURATIONS_MAX], in their order
    uint32_t count;
    bool no_memory;
};

// Keeps those that are first, whatever the order of the directory is.
static void insert(struct listing *listing, struct btl_str path)
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

static bool visit(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listing *listing = context;
    if (info->directory)
        return true;
    struct btl_str path = btl_configuration_path(listing->in_root, name, listing->arena);
    listing->no_memory = path.at == NULL;
    if (path.len > 0 && !listing->no_memory)
        insert(listing, path);
    return !listing->no_memory;
}

bool configurations_list(struct loader *loader, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count)
{
    struct volume *volume = loader->volume;
    struct listing listing = {.arena = arena, .in_root = true};
    listing.paths = BTL_NEW_ARRAY(arena, struct btl_str, BTL_CONFIGURATIONS_MAX);
    if (listing.paths == NULL)
        return false;
    // A directory that is not there, or ends in an error, has what it has.
    volume->list(volume, BTL_STR("/"), visit, &listing);
    listing.in_root = false;
    volume->list(volume, BTL_STR(BTL_CONFIG_DIRECTORY), visit, &listing);
    *ret_paths = listing.paths;
    *ret_count = listing.count;
    return !listing.no_memory;
}

// ---------------------------------------------------------------------------------- the first one

// BtlNext is for one boot: it is deleted before that, or it is not booted. A firmware may say that
// it has deleted it, and have it still.
static bool take_next(struct loader *loader, struct btl_str *ret_path)
{
    const struct btl_record *next = &loader->state.record[BTL_VARIABLE_NEXT];
    if (loader->variables[BTL_VARIABLE_NEXT].size == 0)
        return false;
    bool deleted =
        state_write(loader, BTL_VARIABLE_NEXT, NULL) && state_is_gone(loader, BTL_VARIABLE_NEXT);
    if (!next->there)
        return false;
    if (deleted || loader->options.dry_run)
        *ret_path = next->path;
    else
        btl_report(&loader->diags, BTL_BOOT_NEXT_STUCK, (struct btl_place){.file = next->path},
                   BTL_ARG(*ret_path));
    return deleted || loader->options.dry_run;
}

bool choice_first(struct loader *loader)
{
    const struct options *options = &loader->options;
    struct choice *choice = &loader->choice;
    *choice = (struct choice){.path = BTL_STR(BTL_CONFIG_DEFAULT), .safe = options->safe};
    if (options->config.len > 0) {
        choice->path = options->config;
        choice->how = BTLM_HOW_OPTION;
    }
    // It is asked for later than the options of a boot entry are written.
    if (take_next(loader, &choice->path)) {
        choice->how = BTLM_HOW_ONE_SHOT;
        log_line(&loader->log, BTL_LOG_INFO, "for this boot only: %pS", &choice->path);
    }
    state_say_failed(loader);
    return true;
}

// ---------------------------------------------------------------------------------- the next ones

// For btl_boot_fallback().
static bool hash(void *owner, struct btl_str path, uint8_t ret_sha256[32])
{
    struct file_problem ignored;
    const struct file *file = file_read(owner, path, BTL_CONFIG_MAX, &ignored);
    if (file != NULL)
        memcpy(ret_sha256, file->sha256, sizeof(file->sha256));
    return file != NULL;
}

// Likewise.
static size_t list(void *owner, struct btl_str **ret_paths)
{
    struct loader *loader = owner;
    uint32_t count;
    return configurations_list(loader, &loader->arena, ret_paths, &count) ? count : 0;
}

void fallback_find(struct loader *loader)
{
    struct choice_fallback *fallback = &loader->fallback;
    const struct file *file = loader->config_file;
    const struct btl_booting booting = {loader->choice.path, file == NULL ? NULL : file->sha256,
                                        loader->tried, loader->tried_count};
    const struct btl_boot_volume volume = {loader, hash, list};
    *fallback = (struct choice_fallback){0};
    fallback->there = btl_boot_fallback(&loader->state, &booting, &volume, &fallback->path);
}

static struct btl_str reason_text(struct loader *loader)
{
    char text[REASON_MAX + 1];
    struct btl_buffer reason = btl_buffer(text, sizeof(text));
    if (loader->why == NULL)
        return BTL_STR("the loader ran out of memory");
    btl_diag_print(&reason.out, loader->why);
    return btl_str_copy(&loader->lasting, btl_buffer_text(&reason));
}

bool fallback_take(struct loader *loader)
{
    const struct choice *failed = &loader->choice;
    bool first = failed->how != BTLM_HOW_FALLBACK;
    struct choice next = {.path = btl_str_copy(&loader->lasting, loader->fallback.path),
                          .how = BTLM_HOW_FALLBACK,
                          .safe = failed->safe,
                          .wanted = first ? failed->path : failed->wanted,
                          .reason = first ? reason_text(loader) : failed->reason};
    if (next.path.at == NULL || next.reason.at == NULL)
        return false;
    if (loader->config_file != NULL)
        memcpy(loader->tried[loader->tried_count++], loader->config_file->sha256, 32);
    loader->choice = next;
    return true;
}

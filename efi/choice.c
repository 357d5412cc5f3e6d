// SPDX-License-Identifier: BSD-2-Clause
// Which configuration is booted: the one that was asked for, and what comes in its place.
#include "boot.h"

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

bool configurations_list(struct boot *boot, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count)
{
    struct volume *volume = boot->volume;
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
static bool take_next(struct boot *boot, struct btl_str *ret_path)
{
    const struct btl_record *next = &boot->core.state.record[BTL_VARIABLE_NEXT];
    if (boot->variables[BTL_VARIABLE_NEXT].size == 0)
        return false;
    bool deleted =
        state_write(boot, BTL_VARIABLE_NEXT, NULL) && state_is_gone(boot, BTL_VARIABLE_NEXT);
    if (!next->there)
        return false;
    if (deleted || boot->options.dry_run)
        *ret_path = next->path;
    else
        btl_report(boot->attempt.diags, BTL_BOOT_NEXT_STUCK, (struct btl_place){.file = next->path},
                   BTL_ARG(*ret_path));
    return deleted || boot->options.dry_run;
}

bool choice_first(struct boot *boot)
{
    const struct options *options = &boot->options;
    struct btl_choice *choice = &boot->core.choice;
    *choice = (struct btl_choice){.path = BTL_STR(BTL_CONFIG_DEFAULT), .safe = options->safe};
    if (options->config.len > 0) {
        choice->path = options->config;
        choice->how = BTLM_HOW_OPTION;
    }
    // It is asked for later than the options of a boot entry are written.
    if (take_next(boot, &choice->path)) {
        choice->how = BTLM_HOW_ONE_SHOT;
        log_line(&boot->log, BTL_LOG_INFO, "for this boot only: %pS", &choice->path);
    }
    state_say_failed(boot);
    return true;
}

// ---------------------------------------------------------------------------------- the next ones

// For btl_boot_fallback().
static bool hash(void *owner, struct btl_str path, uint8_t ret_sha256[32])
{
    struct file_problem ignored;
    const struct btl_boot_file *file = file_read(owner, path, BTL_CONFIG_MAX, &ignored);
    if (file != NULL)
        memcpy(ret_sha256, file->sha256, sizeof(file->sha256));
    return file != NULL;
}

// Likewise.
static size_t list(void *owner, struct btl_str **ret_paths)
{
    struct boot *boot = owner;
    uint32_t count;
    return configurations_list(boot, boot->attempt.arena, ret_paths, &count) ? count : 0;
}

void fallback_find(struct boot *boot)
{
    struct btl_attempt *attempt = &boot->attempt;
    const struct btl_boot_file *file = attempt->config_file;
    const struct btl_booting booting = {boot->core.choice.path, file == NULL ? NULL : file->sha256,
                                        boot->core.tried, boot->core.tried_count};
    const struct btl_boot_volume volume = {boot, hash, list};
    attempt->fallback.path = BTL_STR("");
    attempt->fallback.valid =
        btl_boot_fallback(&boot->core.state, &booting, &volume, &attempt->fallback.path);
}

static struct btl_str reason_text(struct boot *boot)
{
    char text[REASON_MAX + 1];
    struct btl_buffer reason = btl_buffer(text, sizeof(text));
    if (boot->attempt.reason == NULL)
        return BTL_STR("the loader ran out of memory");
    btl_diag_print(&reason.out, boot->attempt.reason);
    return btl_str_copy(&boot->arena, btl_buffer_text(&reason));
}

bool fallback_take(struct boot *boot)
{
    const struct btl_choice *failed = &boot->core.choice;
    bool first = failed->how != BTLM_HOW_FALLBACK;
    struct btl_choice next = {.path = btl_str_copy(&boot->arena, boot->attempt.fallback.path),
                              .how = BTLM_HOW_FALLBACK,
                              .safe = failed->safe,
                              .wanted = first ? failed->path : failed->wanted,
                              .reason = first ? reason_text(boot) : failed->reason};
    if (next.path.at == NULL || next.reason.at == NULL)
        return false;
    if (boot->attempt.config_file != NULL)
        memcpy(boot->core.tried[boot->core.tried_count++], boot->attempt.config_file->sha256, 32);
    boot->core.choice = next;
    return true;
}

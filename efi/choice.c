// SPDX-License-Identifier: BSD-2-Clause
// Which configuration is booted: the one that was asked for, and what comes in its place.
#include "loader.h"

#include <mem.h>

#define REASON_MAX 512 // bytes

// ------------------------------------------------------------------------------ the configurations

static const struct btl_str in_root[] = {{CONFIG_DEFAULT, sizeof(CONFIG_DEFAULT) - 1},
                                         {CONFIG_PREVIOUS, sizeof(CONFIG_PREVIOUS) - 1}};

struct listing {
    struct btl_arena *arena;
    struct btl_str *paths; // [CONFIGURATIONS_MAX]
    uint32_t fixed, count; // the first ones stand where they are
    bool there[BTL_COUNT(in_root)];
    bool no_memory;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// On FAT names do not differ in case.
static bool same_name(struct btl_str name, struct btl_str other)
{
    if (name.len != other.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (lower(name.at[i]) != lower(other.at[i]))
            return false;
    }
    return true;
}

static bool visit_root(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listing *listing = context;
    for (size_t i = 0; i < BTL_COUNT(in_root); i++) {
        struct btl_str wanted = {in_root[i].at + 1, in_root[i].len - 1};
        listing->there[i] |= !info->directory && same_name(name, wanted);
    }
    return true;
}

static bool is_configuration(struct btl_str name)
{
    struct btl_str suffix = BTL_STR(".conf");
    return name.len > suffix.len &&
           same_name((struct btl_str){name.at + name.len - suffix.len, suffix.len}, suffix);
}

static struct btl_str in_directory(struct btl_arena *arena, struct btl_str name)
{
    static const char directory[] = CONFIG_DIRECTORY "/";
    size_t before = sizeof(directory) - 1;
    char *path = btl_alloc(arena, before + name.len, 1);
    if (path == NULL)
        return (struct btl_str){NULL, 0};
    memcpy(path, directory, before);
    memcpy(path + before, name.at, name.len);
    return (struct btl_str){path, before + name.len};
}

// Keeps those that are first by name, whatever the order of the directory is.
static bool visit(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listing *listing = context;
    if (info->directory || !is_configuration(name))
        return true;
    struct btl_str path = in_directory(listing->arena, name);
    listing->no_memory = path.at == NULL;
    if (listing->no_memory)
        return false;
    uint32_t at = listing->count;
    while (at > listing->fixed && btl_str_compare(path, listing->paths[at - 1]) < 0)
        at--;
    if (at == CONFIGURATIONS_MAX)
        return true;
    uint32_t moved = listing->count - at - (listing->count == CONFIGURATIONS_MAX);
    memmove(listing->paths + at + 1, listing->paths + at, moved * sizeof(path));
    listing->paths[at] = path;
    listing->count += listing->count < CONFIGURATIONS_MAX;
    return true;
}

bool configurations_list(struct loader *loader, struct btl_arena *arena, struct btl_str **ret_paths,
                         uint32_t *ret_count)
{
    struct volume *volume = loader->volume;
    struct listing listing = {.arena = arena};
    listing.paths = BTL_NEW_ARRAY(arena, struct btl_str, CONFIGURATIONS_MAX);
    if (listing.paths == NULL)
        return false;
    // A directory that is not there, or ends in an error, has what it has.
    volume->list(volume, BTL_STR("/"), visit_root, &listing);
    for (size_t i = 0; i < BTL_COUNT(in_root); i++) {
        if (listing.there[i])
            listing.paths[listing.fixed++] = in_root[i];
    }
    listing.count = listing.fixed;
    volume->list(volume, BTL_STR(CONFIG_DIRECTORY), visit, &listing);
    *ret_paths = listing.paths;
    *ret_count = listing.count;
    return !listing.no_memory;
}

// ---------------------------------------------------------------------------------- the first one

// BtlNext is for one boot: it is deleted before that, or it is not booted.
static bool take_next(struct loader *loader, struct btl_str *ret_path)
{
    const struct btl_record *next = &loader->state.record[BTL_VARIABLE_NEXT];
    if (loader->variables[BTL_VARIABLE_NEXT].size == 0)
        return false;
    bool deleted = state_write(loader, BTL_VARIABLE_NEXT, NULL);
    if (!next->there)
        return false;
    if (deleted || loader->options.dry_run)
        *ret_path = next->path;
    else
        btl_report(&loader->diags, BTL_BOOT_NEXT_STUCK, (struct btl_place){.file = next->path});
    return deleted || loader->options.dry_run;
}

bool choice_first(struct loader *loader)
{
    const struct options *options = &loader->options;
    struct choice *choice = &loader->choice;
    *choice = (struct choice){.path = BTL_STR(CONFIG_DEFAULT), .safe = options->safe};
    if (options->config.len > 0) {
        choice->path = options->config;
        choice->how = BTLM_HOW_OPTION;
    } else if (take_next(loader, &choice->path)) {
        choice->how = BTLM_HOW_ONE_SHOT;
        log_line(&loader->log, BTL_LOG_INFO, "for this boot only: %S", &choice->path);
    }
    return true;
}

// ---------------------------------------------------------------------------------- the next ones

static bool same(const uint8_t a[32], const uint8_t b[32])
{
    return memcmp(a, b, 32) == 0;
}

static bool was_tried(const struct loader *loader, const uint8_t sha256[32])
{
    for (uint32_t i = 0; i < loader->tried_count; i++) {
        if (same(loader->tried[i], sha256))
            return true;
    }
    return loader->config_file != NULL && same(loader->config_file->sha256, sha256);
}

// Can it be read, and is it not the one that fails? `sha256`: or NULL, for any.
static bool is_usable(struct loader *loader, struct btl_str path, const uint8_t *sha256)
{
    struct file_problem ignored;
    if (btl_str_equal(path, loader->choice.path))
        return false;
    const struct file *file = file_read(loader, path, BTL_CONFIG_MAX, &ignored);
    if (file == NULL || was_tried(loader, file->sha256))
        return false;
    return sha256 == NULL || same(file->sha256, sha256);
}

// The file that has the last good configuration, under whatever name it lies by now.
static bool find_good(struct loader *loader, struct btl_str *ret_path)
{
    const struct btl_record *good = &loader->state.record[BTL_VARIABLE_GOOD];
    struct btl_str *paths;
    uint32_t count;
    if (!good->there || was_tried(loader, good->sha256))
        return false;
    if (is_usable(loader, good->path, good->sha256)) {
        *ret_path = good->path;
        return true;
    }
    if (!configurations_list(loader, &loader->arena, &paths, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_usable(loader, paths[i], good->sha256))
            continue;
        *ret_path = paths[i];
        return true;
    }
    return false;
}

static bool is_good(const struct loader *loader)
{
    const struct btl_record *good = &loader->state.record[BTL_VARIABLE_GOOD];
    return good->there && loader->config_file != NULL &&
           same(loader->config_file->sha256, good->sha256);
}

void fallback_find(struct loader *loader)
{
    struct choice_fallback *fallback = &loader->fallback;
    *fallback = (struct choice_fallback){0};
    if (loader->tried_count == TRIED_MAX || is_good(loader))
        return;
    fallback->there = find_good(loader, &fallback->path);
    for (size_t i = 0; i < BTL_COUNT(in_root) && !fallback->there; i++) {
        fallback->there =
            !btl_str_equal(in_root[i], loader->choice.path) && is_usable(loader, in_root[i], NULL);
        fallback->path = in_root[i];
    }
}

struct reason {
    char text[REASON_MAX];
    size_t len;
};

static void put_reason(struct btl_out *out, const char *text, size_t len)
{
    struct reason *reason = out->owner;
    size_t room = sizeof(reason->text) - reason->len;
    len = len < room ? len : room;
    memcpy(reason->text + reason->len, text, len);
    reason->len += len;
}

static struct btl_str reason_text(struct loader *loader)
{
    struct reason reason = {.len = 0};
    struct btl_out out = {.put = put_reason, .owner = &reason};
    if (loader->why == NULL)
        return BTL_STR("the loader ran out of memory");
    btl_diag_print(&out, loader->why);
    return btl_str_copy(&loader->lasting, (struct btl_str){reason.text, reason.len});
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

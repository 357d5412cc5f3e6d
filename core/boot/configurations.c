// SPDX-License-Identifier: BSD-2-Clause
#include <btl/configurations.h>
#include <btl/bls.h>
#include <btl/config.h>

#include <btl/mem.h>

// ------------------------------------------------------------------------------------ the list

static const struct btl_str root_paths[] = {{BTL_CONFIG_DEFAULT, sizeof(BTL_CONFIG_DEFAULT) - 1},
                                            {BTL_CONFIG_PREVIOUS, sizeof(BTL_CONFIG_PREVIOUS) - 1}};

// Return the path of a configuration in the root, or an empty string.
static struct btl_str configuration_in_root(struct btl_str name)
{
    for (size_t i = 0; i < BTL_COUNT(root_paths); i++) {
        if (btl_str_equal_nocase(name,
                                 (struct btl_str){root_paths[i].at + 1, root_paths[i].len - 1}))
            return root_paths[i];
    }
    return BTL_STR("");
}

static bool has_conf_suffix(struct btl_str name)
{
    struct btl_str suffix = BTL_STR(".conf");
    return name.len > suffix.len &&
           btl_str_equal_nocase(btl_str_after(name, name.len - suffix.len), suffix);
}

// Return the path of a configuration in a directory, or an empty string.
static struct btl_str configuration_in_directory(struct btl_str directory, struct btl_str name,
                                                 struct btl_arena *arena)
{
    struct btl_str parts[] = {directory, name};
    if (!has_conf_suffix(name) || name.len > BTL_PATH_MAX - parts[0].len)
        return BTL_STR("");
    struct btl_str path = btl_str_join(arena, parts, BTL_COUNT(parts));
    return path.at == NULL || btl_is_path(path) ? path : BTL_STR("");
}

// Return 0 or 1 for a configuration in the root, 2 for one in the directory, 3 for a boot entry.
static size_t configuration_rank(struct btl_str path)
{
    size_t at = 0;
    while (at < BTL_COUNT(root_paths) && !btl_str_equal(path, root_paths[at]))
        at++;
    return at + btl_bls_is_entry(path);
}

struct btl_str btl_configuration_path(enum btl_configuration_place place, struct btl_str name,
                                      struct btl_arena *arena)
{
    switch (place) {
    case BTL_CONFIGURATIONS_ROOT:
        return configuration_in_root(name);
    case BTL_CONFIGURATIONS_DIRECTORY:
        return configuration_in_directory(BTL_STR(BTL_CONFIG_DIRECTORY "/"), name, arena);
    default:
        return configuration_in_directory(BTL_STR(BTL_BLS_DIRECTORY "/"), name, arena);
    }
}

struct btl_str btl_configuration_directory(enum btl_configuration_place place)
{
    return place == BTL_CONFIGURATIONS_ROOT        ? BTL_STR("/")
           : place == BTL_CONFIGURATIONS_DIRECTORY ? BTL_STR(BTL_CONFIG_DIRECTORY)
                                                   : BTL_STR(BTL_BLS_DIRECTORY);
}

int btl_configuration_compare(struct btl_str path, struct btl_str other)
{
    size_t a = configuration_rank(path), b = configuration_rank(other);
    return a != b ? (a > b) - (a < b) : btl_str_compare(path, other);
}

// -------------------------------------------------------------------------------- the fallback

static bool sha256_equal(const uint8_t a[32], const uint8_t b[32])
{
    return memcmp(a, b, 32) == 0;
}

static bool configuration_was_tried(const struct btl_booting *booting, const uint8_t sha256[32])
{
    for (uint32_t i = 0; i < booting->tried_count; i++) {
        if (sha256_equal(booting->tried[i], sha256))
            return true;
    }
    return booting->sha256 != NULL && sha256_equal(booting->sha256, sha256);
}

// Can the configuration be read, and has it not been tried in this boot? A `sha256` other than NULL
// must match.
static bool configuration_is_usable(const struct btl_booting *booting,
                                    const struct btl_boot_volume *volume, struct btl_str path,
                                    const uint8_t *sha256)
{
    uint8_t hash[32];
    if (btl_str_equal(path, booting->path) || !volume->hash(volume->owner, path, hash))
        return false;
    return !configuration_was_tried(booting, hash) &&
           (sha256 == NULL || sha256_equal(hash, sha256));
}

static bool find_last_good(const struct btl_record *good, const struct btl_booting *booting,
                           const struct btl_boot_volume *volume, struct btl_str *ret_path)
{
    if (!good->valid || configuration_was_tried(booting, good->sha256))
        return false;
    if (configuration_is_usable(booting, volume, good->path, good->sha256)) {
        *ret_path = good->path;
        return true;
    }
    struct btl_str *paths;
    size_t count = volume->list(volume->owner, &paths);
    for (size_t i = 0; i < count; i++) {
        if (configuration_is_usable(booting, volume, paths[i], good->sha256)) {
            *ret_path = paths[i];
            return true;
        }
    }
    return false;
}

bool btl_boot_fallback(const struct btl_boot_state *state, const struct btl_booting *booting,
                       const struct btl_boot_volume *volume, struct btl_str *ret_path)
{
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    if (booting->tried_count == BTL_TRIED_MAX ||
        (booting->sha256 != NULL && btl_record_names(good, booting->sha256)))
        return false;
    if (find_last_good(good, booting, volume, ret_path))
        return true;
    for (size_t i = 0; i < BTL_COUNT(root_paths); i++) {
        if (configuration_is_usable(booting, volume, root_paths[i], NULL)) {
            *ret_path = root_paths[i];
            return true;
        }
    }
    return false;
}

// SPDX-License-Identifier: BSD-2-Clause
// The configurations of a boot volume, and the choice of a fallback (docs/boot-state.md). The
// caller provides access to the volume.
#ifndef BTL_CONFIGURATIONS_H
#define BTL_CONFIGURATIONS_H

#include <btl/arena.h>
#include <btl/boot_state.h>

BTL_BEGIN_DECLS

#define BTL_CONFIG_DEFAULT   "/loader.conf"
#define BTL_CONFIG_PREVIOUS  "/loader.conf.prev" // backup that `btl set` writes
#define BTL_CONFIG_DIRECTORY "/loader.conf.d"

#define BTL_CONFIGURATIONS_MAX 64 // that the loader lists
#define BTL_TRIED_MAX          16 // configurations in one boot

// Where configurations lie: in the root of the volume, in BTL_CONFIG_DIRECTORY, and as boot entries
// (btl/bls.h).
enum btl_configuration_place {
    BTL_CONFIGURATIONS_ROOT,
    BTL_CONFIGURATIONS_DIRECTORY,
    BTL_CONFIGURATIONS_ENTRIES
};
#define BTL_CONFIGURATION_PLACES 3

struct btl_str btl_configuration_directory(enum btl_configuration_place place);
// Return the path of the configuration `name` in one of these directories. Case is ignored, as on
// FAT. Empty: not a configuration; at is NULL: no memory.
struct btl_str btl_configuration_path(enum btl_configuration_place place, struct btl_str name,
                                      struct btl_arena *arena);
// Compare as btl_str_compare() does. BTL_CONFIG_DEFAULT and BTL_CONFIG_PREVIOUS come first.
int btl_configuration_compare(struct btl_str path, struct btl_str other);

// The configuration being booted, and those tried before it in the same boot.
struct btl_booting {
    struct btl_str path;
    const uint8_t *sha256;      // [32], of its text; NULL: unreadable
    const uint8_t (*tried)[32]; // the readable ones before it
    uint32_t tried_count;
};

// The caller's access to the volume.
struct btl_boot_volume {
    void *owner;
    // Compute the SHA-256 of a configuration's text. False: unreadable.
    bool (*hash)(void *owner, struct btl_str path, uint8_t ret_sha256[32]);
    // List the first BTL_CONFIGURATIONS_MAX configurations, in order. Return the number. Called
    // only if the path in BtlGood does not lead to the last good configuration.
    size_t (*list)(void *owner, struct btl_str **ret_paths);
};

// Find the configuration to boot when `booting` fails: the last good one, even if renamed, else
// BTL_CONFIG_DEFAULT, else BTL_CONFIG_PREVIOUS; never one already tried. The last good
// configuration has no fallback. False: no fallback.
bool btl_boot_fallback(const struct btl_boot_state *state, const struct btl_booting *booting,
                       const struct btl_boot_volume *volume, struct btl_str *ret_path);

BTL_END_DECLS

#endif

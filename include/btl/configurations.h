// SPDX-License-Identifier: BSD-2-Clause
// The configurations of a boot volume, and which of them is booted in place of one that is given
// up: docs/boot-state.md has the rule. What lies on the volume, the caller says.
#ifndef BTL_CONFIGURATIONS_H
#define BTL_CONFIGURATIONS_H

#include <btl/arena.h>
#include <btl/boot_state.h>

#define BTL_CONFIG_DEFAULT   "/loader.conf"
#define BTL_CONFIG_PREVIOUS  "/loader.conf.prev" // what `btl set` leaves
#define BTL_CONFIG_DIRECTORY "/loader.conf.d"

#define BTL_CONFIGURATIONS_MAX 64 // that the loader looks at
#define BTL_TRIED_MAX          16 // configurations in one boot

// The path of the configuration that a directory has under this name: the root of the volume, or
// BTL_CONFIG_DIRECTORY. On FAT, names do not differ in case. Empty: it is no configuration; at is
// NULL when there is no memory.
struct btl_str btl_configuration_path(bool in_root, struct btl_str name, struct btl_arena *arena);
// Their order, as btl_str_compare(): BTL_CONFIG_DEFAULT, BTL_CONFIG_PREVIOUS, then by bytes.
int btl_configuration_compare(struct btl_str path, struct btl_str other);

// What is booted, and what was given up before it in the same boot.
struct btl_booting {
    struct btl_str path;
    const uint8_t *sha256;      // [32], of its text; NULL: it cannot be read
    const uint8_t (*tried)[32]; // those before it, as far as they could be read
    uint32_t tried_count;
};

// The caller's eyes.
struct btl_boot_volume {
    void *owner;
    // SHA-256 of a configuration's text. False: it cannot be read.
    bool (*hash)(void *owner, struct btl_str path, uint8_t ret_sha256[32]);
    // The first BTL_CONFIGURATIONS_MAX configurations, in their order; how many. Asked only when
    // the last good one is not where BtlGood says.
    size_t (*list)(void *owner, struct btl_str **ret_paths);
};

// The configuration to boot when `booting` fails: the last good one, under whatever name it lies by
// now, else BTL_CONFIG_DEFAULT, else BTL_CONFIG_PREVIOUS; none that was tried. The last good
// configuration itself has none. False: there is none.
bool btl_boot_fallback(const struct btl_boot_state *state, const struct btl_booting *booting,
                       const struct btl_boot_volume *volume, struct btl_str *ret_path);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The configurations of a boot volume: /loader.conf, /loader.conf.prev and /loader.conf.d/*.conf.
#ifndef BTL_HOST_CONFIGURATIONS_H
#define BTL_HOST_CONFIGURATIONS_H

#include <btl/configurations.h>

#include "volume/volume.h"

// List the paths on the volume, in order: /loader.conf always, the others if they exist.
size_t configurations(struct volume *volume, struct btl_str **ret_paths);
// Split the path of a configuration on this machine into the volume and the path on the volume. The
// volume of a file in a directory loader.conf.d is the parent of that directory.
void configuration_split(struct btl_arena *arena, const char *path, const char **ret_volume,
                         struct btl_str *ret_path);

#endif

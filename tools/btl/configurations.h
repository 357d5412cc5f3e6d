// SPDX-License-Identifier: BSD-2-Clause
// The configurations of a boot volume: /loader.conf, /loader.conf.prev and /loader.conf.d/*.conf.
#ifndef BTL_HOST_CONFIGURATIONS_H
#define BTL_HOST_CONFIGURATIONS_H

#include <btl/configurations.h>

#include "volume/volume.h"

// Their paths on the volume, in their order. The first is there always; of the others, those that
// are.
size_t configurations(struct volume *volume, struct btl_str **ret_paths);
// Divides the path of a configuration on this machine into volume and path on it. What lies in a
// directory loader.conf.d lies on the volume that is above that.
void configuration_split(struct btl_arena *arena, const char *path, const char **ret_volume,
                         struct btl_str *ret_path);

#endif

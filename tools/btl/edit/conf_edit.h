// SPDX-License-Identifier: BSD-2-Clause
// The editor of loader.conf (btl/config_edit.h) for commands: without memory the program ends.
#ifndef BTL_HOST_CONF_EDIT_H
#define BTL_HOST_CONF_EDIT_H

#include <btl/config_edit.h>

#include "host.h"

// btl_config_read(), btl_config_quoted(), btl_config_set().
struct btl_config conf_parse(struct btl_arena *arena, struct btl_str text);
struct btl_str conf_quote(struct btl_arena *arena, struct btl_str value);
struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value);
// btl_config_unset(). False: the text does not set the key.
bool conf_unset(struct btl_arena *arena, struct btl_str *text, struct btl_str key);
// btl_config_module_keys(). Return their number.
size_t conf_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str **ret_keys);

#endif

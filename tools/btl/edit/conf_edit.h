// SPDX-License-Identifier: BSD-2-Clause
// loader.conf as text that is edited in place: what an edit does not concern stays as it is, byte
// for byte. Where things stand, the parser of core/ says.
#ifndef BTL_HOST_CONF_EDIT_H
#define BTL_HOST_CONF_EDIT_H

#include <btl/config.h>

#include "host.h"

// Gives `key` a value: in its last assignment, or in a new line after the last one about the same
// module (`module` may be empty), or at the end.
struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value);
// Takes out every assignment of `key`, with its line; a comment behind it stays. False: there is
// none.
bool conf_unset(struct btl_arena *arena, struct btl_str *text, struct btl_str key);
// The value that `key` has; false: none.
bool conf_get(struct btl_arena *arena, struct btl_str text, struct btl_str key,
              struct btl_str *ret_value);
// The module that an assignment of the text is about; empty: none, or `key` is not in it.
struct btl_str conf_module_of(struct btl_arena *arena, struct btl_str text, struct btl_str key);
// The keys that the text sets for a module. Returns their number.
size_t conf_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str **ret_keys);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// loader.conf as text that is edited in place: what an edit does not concern stays the same, byte
// for byte. The parser of core/ gives the offsets.
#ifndef BTL_HOST_CONF_EDIT_H
#define BTL_HOST_CONF_EDIT_H

#include <btl/config.h>

#include "host.h"

// Parse the text and ignore its errors.
struct btl_config conf_parse(struct btl_arena *arena, struct btl_str text);
// Set `key`: in its last assignment, or in a new line where a comment has the key, or after the
// last setting of the same module (`module` may be empty), or at the end. Other assignments of the
// key that the loader would reject are removed.
struct btl_str conf_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str key, struct btl_str value);
// Remove every assignment of `key` with its line, whatever its value is; a comment behind it is
// kept. False: there is none.
bool conf_unset(struct btl_arena *arena, struct btl_str *text, struct btl_str key);
// Get the value of `key`. False: there is none.
bool conf_value(const struct btl_config *config, struct btl_str key, struct btl_str *ret_value);
// The value of a key in quotes, as the file has it.
struct btl_str conf_quote(struct btl_arena *arena, struct btl_str value);
// The keys that the text sets for a module (empty: for the whole boot), with an entry for each
// line. Return their number.
size_t conf_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                        struct btl_str **ret_keys);

#endif

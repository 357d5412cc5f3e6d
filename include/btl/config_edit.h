// SPDX-License-Identifier: BSD-2-Clause
// loader.conf as text that is edited in place: what an edit does not concern stays the same, byte
// for byte. `btl set` and the loader (btl/pending.h) edit by these functions. A result without
// memory has `at` NULL.
#ifndef BTL_CONFIG_EDIT_H
#define BTL_CONFIG_EDIT_H

#include <btl/config.h>

BTL_BEGIN_DECLS

// Parse the text and ignore its errors. False: no memory.
bool btl_config_read(struct btl_arena *arena, struct btl_str text, struct btl_config *ret_config);
// Set `key`: in its last assignment, or in a new line where a comment has the key, or after the
// last setting of the same module (`module` may be empty), or at the end. Other assignments of the
// key that the loader would reject are removed.
struct btl_str btl_config_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                              struct btl_str key, struct btl_str value);
// Remove every assignment of `key` with its line, whatever its value is; a comment behind it is
// kept. The same length: there is none.
struct btl_str btl_config_unset(struct btl_arena *arena, struct btl_str text, struct btl_str key);
// Get the value of `key`. False: there is none.
bool btl_config_value(const struct btl_config *config, struct btl_str key,
                      struct btl_str *ret_value);
// The value of a key in quotes, as the file has it.
struct btl_str btl_config_quoted(struct btl_arena *arena, struct btl_str value);
// The keys that the text sets for a module (empty: for the whole boot), with an entry for each
// line. False: no memory.
bool btl_config_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                            struct btl_str **ret_keys, size_t *ret_count);

BTL_END_DECLS

#endif

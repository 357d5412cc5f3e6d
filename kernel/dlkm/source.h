// SPDX-License-Identifier: BSD-2-Clause
// The file of a module. source.c decides whether its bytes are staged in memory or read from a
// disk.
#ifndef KERNEL_DLKM_SOURCE_H
#define KERNEL_DLKM_SOURCE_H

#include "dlkm/dlkm.h"

// Return the bytes of a module's file, aligned to 8, until source_close(). It is searched for in
// the directories of search_path() unless NAME_name names it. One file is open at a time.
bool source_open(const struct module *module, struct btl_bytes *ret_bytes, struct btl_diags *diags);
// Compute the SHA-256 of a file that is about to be linked, if the loader has left it open.
void source_hash(struct module *module, struct btl_bytes bytes);
// Return the SHA-256 of the module's file; all zero: unknown.
const uint8_t *source_sha256(const struct module *module);
void source_close(const struct module *module, struct btl_bytes bytes);

// Free the staged file of a module; from then on the file comes from the disk or cannot be opened.
void source_release(const struct module *module);
// After INIT, do the same for all modules that are not AUTO and do not serve the boot volume.
void source_release_rest(void);
// Is the file in memory, and by the loader?
bool source_is_in_memory(const struct module *module);
bool source_is_staged(const struct module *module);
// Can the file be opened again later?
bool source_lasts(const struct module *module);

// Read the file NAME.ko from the first directory of the search path that has it, into kmem.
// *ret_place, in the arena, and *ret_fs say where. The errors of volume_read_place().
struct btl_fs;
int source_search(struct btl_str name, struct btl_arena *arena, struct btl_str *ret_place,
                  struct btl_fs **ret_fs, struct btl_bytes *ret);

// --- path.c
void search_path_init(void); // as in loader.conf
// Return the directories, separated by ';', in the order of the search: module_path of loader.conf
// at first.
struct btl_str search_path(void);
// False: one of the directories is neither /DIR nor VOLUME:/DIR, or no memory; nothing was changed.
bool search_path_set(struct btl_str directories);
bool search_path_reset(void);

#endif

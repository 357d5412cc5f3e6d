// SPDX-License-Identifier: BSD-2-Clause
// Where the file of a module comes from. The module subsystem knows these functions alone; source.c
// decides whether the bytes are staged in memory or read from a disk.
#ifndef KERNEL_DLKM_SOURCE_H
#define KERNEL_DLKM_SOURCE_H

#include "dlkm/dlkm.h"

// The bytes of a module's file, aligned to 8, from the directories of search_path() where NAME_name
// does not say otherwise. They stay until source_close(). A file may be opened many times, one
// after the other: at each load, and to read its metadata.
bool source_open(const struct module *module, struct btl_bytes *ret_bytes, struct btl_diags *diags);
void source_close(const struct module *module, struct btl_bytes bytes);

// Gives back for good what the loader staged for a module; from then on its file comes from the
// disk, or cannot be opened.
void source_release(const struct module *module);
// The same for all that are not AUTO: after INIT.
void source_release_rest(void);
// Can it be opened any time later?
bool source_lasts(const struct module *module);

// --- path.c
// Directories separated by ';', in the order of looking: module_path of loader.conf at first.
struct btl_str search_path(void);
// False: one of them does not begin with '/', or no memory; then it is as it was.
bool search_path_set(struct btl_str directories);
bool search_path_reset(void);

#endif

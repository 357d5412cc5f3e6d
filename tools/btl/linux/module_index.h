// SPDX-License-Identifier: BSD-2-Clause
// The modules of a Linux release that is installed on this machine, as depmod(8) has listed them:
// modules.dep and modules.builtin. '-' and '_' are one letter in their names.
#ifndef BTL_HOST_MODULE_INDEX_H
#define BTL_HOST_MODULE_INDEX_H

#include <btl/symtab.h>

#include "host.h"

struct module_row {
    struct btl_str path;  // below the directory; may end in .ko.xz and the like
    struct btl_str needs; // paths of all dependencies, separated by blanks
    bool taken;           // of the caller
};

struct module_index {
    struct host *host;
    const char *directory;   // "/lib/modules/6.1.0-18-amd64"
    struct btl_str builtin;  // the text of modules.builtin
    struct btl_symtab rows;  // by name, with '_' for '-'; the value is the address of a row
    struct btl_symtab built; // names of the built-in ones
};

// Read the lists. A missing modules.builtin is an empty one. False: reported.
bool module_index_read(struct host *host, const char *directory, struct module_index *ret_index);
// Return the module of the name or path, or NULL.
struct module_row *module_index_find(const struct module_index *index, struct btl_str name);
bool module_index_is_built_in(const struct module_index *index, struct btl_str name);
// Return "virtio-blk" for "kernel/drivers/block/virtio-blk.ko.xz".
struct btl_str module_path_name(struct btl_str path);
// Read the file of a module; a compressed one is decompressed by xz, zstd or gzip. The signature at
// its end stays. False: reported.
bool module_row_read(const struct module_index *index, const struct module_row *row,
                     struct btl_bytes *ret_bytes);

#endif

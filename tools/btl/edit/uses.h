// SPDX-License-Identifier: BSD-2-Clause
// Which files of a volume its configurations use: those that a line names, and those that the
// loader finds for a module by its name.
#ifndef BTL_HOST_USES_H
#define BTL_HOST_USES_H

#include <btl/boot_state.h>

#include "boot.h"

struct uses {
    struct host *host;
    struct boot *boot;           // the volume, open
    struct btl_symtab files;     // by volume_path_key(); the value is the configuration's path
    struct btl_symtab texts;     // the configurations that were looked at, by the same
    struct btl_str *directories; // of modules, each once
    size_t directory_count, directory_capacity;
};

// Look at every configuration of the volume, its .prev and those that the UEFI variables name.
// `edited`: another one, or empty. `efivars`: of the option --efivars, or NULL. False, reported:
// one of them cannot be read, so that its files are not known.
bool uses_find(struct boot *boot, struct btl_str edited, const char *efivars,
               struct uses *ret_uses);
// Does a configuration use the file?
bool uses_has(const struct uses *uses, struct btl_str path, struct btl_str *ret_configuration);

#endif

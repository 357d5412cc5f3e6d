// SPDX-License-Identifier: BSD-2-Clause
// Files of modules under names that have their hash, NAME-XXXXXXXX.ko: a new file is a new name,
// and so a new text of loader.conf, which can be on trial while the old text names the old file.
#ifndef BTL_HOST_MODULE_FILE_H
#define BTL_HOST_MODULE_FILE_H

#include "volume/volume.h"

#define MODULE_SUFFIX    ".ko"
#define MODULE_FILE_HASH 9u // bytes of "-XXXXXXXX"

struct module_file {
    const char *source; // file of this machine
    struct btl_bytes bytes;
    struct btl_str name; // of the module, as its metadata has it
    struct btl_str path; // of the file on the volume
    uint8_t sha256[32];
};

// Read a module of this machine, check it for `machine` and choose its path in `directory` of the
// volume. False: reported.
bool module_file_read(struct host *host, const char *source, const struct btl_machine *machine,
                      struct btl_str directory, struct module_file *ret_file);
// Does the file have the form of such a name?
bool module_file_is_named(struct btl_str path);
// Does the file have the name that module_file_read() gives to these bytes?
bool module_file_is_stored(struct btl_str path, struct btl_bytes bytes);
// Find the files of a module that exist: NAME_name of the configuration, and NAME.ko in each
// directory of module_path. Return their number.
size_t module_files(struct volume *volume, const struct btl_config *config, struct btl_str name,
                    struct btl_str **ret_paths);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// A Linux release of this machine and its files on the EFI system partition. A file there has the
// first digits of its SHA-256 in its path: another content is another path, and so another text of
// loader.conf, which can be on trial while the old text names the old file.
#ifndef BTL_HOST_RELEASE_H
#define BTL_HOST_RELEASE_H

#include "module_index.h"
#include "volume/volume.h"

#define RELEASE_DIRECTORY "/linux"
#define RELEASE_HASH      8u // digits

struct release_file {
    struct btl_bytes bytes;
    struct btl_str path; // on the volume; empty: there is none
    uint8_t sha256[32];
};

struct release {
    struct host *host;
    const char *name;            // "6.1.0-18-amd64"
    const char *root;            // of the system, "" for this one
    const char *kernel, *initrd; // files of this machine; NULL: the usual ones
    bool no_initrd;

    struct module_index index;
    struct release_file kernel_file, initrd_file, builtin_file;
    struct release_file *modules;
    size_t module_count, module_capacity;
    struct btl_str module_directory; // on the volume; empty: no module
};

// Can this be the name of a release, and of a directory?
bool release_is_name(const char *name);
// Read kernel, initial RAM disk, and the lists of modules. False: reported.
bool release_read(struct release *release);
// Read the module and its dependencies, unless they were read. A module that is built in has no
// file. *ret_known: the release has it. False: reported.
bool release_add_module(struct release *release, struct btl_str name, bool *ret_known);
// Choose the paths on the volume, when all modules are known.
void release_choose_paths(struct release *release);
// Call `visit` for each file, in the order in which they are stored. False: a call returned false.
bool release_for_each(struct release *release, void *owner,
                      bool (*visit)(void *owner, const struct release_file *file));
// Return the release of a path on the volume, "/linux/RELEASE/…"; empty: it has another form.
struct btl_str release_of_path(struct btl_str path);
// Return the newest release with a kernel in /boot, other than `without`; NULL: there is none.
const char *release_newest(struct host *host, const char *root, const char *without);
// Return the first release with a kernel in /boot that is newer than `after`, or NULL.
const char *release_next(struct host *host, const char *root, const char *after);
// Is release `a` newer than `b`?
bool release_is_newer(struct btl_arena *arena, struct btl_str a, struct btl_str b);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Where a manifest is read from: a saved file, a memory dump that holds one, or the boot volume on
// which the loader has saved it.
#ifndef BTL_HOST_MANIFEST_FIND_H
#define BTL_HOST_MANIFEST_FIND_H

#include <btl/boot.h>
#include <btl/manifest.h>

#include "host.h"

struct manifest_source {
    struct host *host;
    const char *path;  // what the user named: file, dump, directory or image
    const char *saved; // where it lies on a volume; NULL: BTL_MANIFEST_SAVED
    uint64_t at;       // offset in a dump; UINT64_MAX: look for it
};

struct found_manifest {
    struct btl_manifest manifest;
    struct btl_bytes file; // the whole file in which it was found
    uint64_t offset;       // in that file
    struct btl_str name;   // for messages and headings
};

// False: what is wrong has been reported.
bool manifest_find(const struct manifest_source *source, struct found_manifest *ret_found);

// Options of every command that reads a manifest, for next_option().
#define MANIFEST_LETTERS "p:"
#define MANIFEST_WORDS                                                                             \
    {"path", required_argument, NULL, 'p'},                                                        \
    {                                                                                              \
        "at", required_argument, NULL, MANIFEST_AT                                                 \
    }
#define MANIFEST_HELP                                                                              \
    "MANIFEST is a saved manifest, a memory dump that holds one (it is found by its magic and\n"   \
    "checksum), or a boot volume (directory or image) on which the loader has saved it.\n"         \
    "  -p, --path PATH         where it lies on the volume; default: " BTL_MANIFEST_SAVED "\n"     \
    "      --at OFFSET         which one, when a dump holds several\n"
enum { MANIFEST_AT = 0x300 };

// Was `option` one of them? *ret_good: and its value a good one.
bool manifest_option(struct manifest_source *source, int option, bool *ret_good);

#endif

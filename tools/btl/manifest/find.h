// SPDX-License-Identifier: BSD-2-Clause
// Where a manifest is read from: a saved file, a memory dump that contains one, or the boot volume
// on which the loader has saved it.
#ifndef BTL_HOST_MANIFEST_FIND_H
#define BTL_HOST_MANIFEST_FIND_H

#include <btl/boot.h>
#include <btl/manifest.h>

#include "host.h"

struct manifest_source {
    struct host *host;
    const char *path;    // the user's argument: file, dump, directory or image
    const char *saved;   // its path on a volume; NULL: BTL_MANIFEST_SAVED
    const char *efivars; // where the kernel's record is; NULL: not given
    const char *offset;  // in a dump, as the user wrote it; NULL: search
};

struct found_manifest {
    struct btl_manifest manifest;
    struct btl_bytes file; // the file that contains it
    uint64_t offset;       // in that file
    struct btl_str name;   // for messages and headings
};

// False: reported.
bool manifest_find(const struct manifest_source *source, struct found_manifest *ret_found);

// Options of every command that reads a manifest, for parse_options().
#define MANIFEST_OPTIONS(source)                                                                   \
    {.word = "path", .letter = 'p', .value = &(source)->saved},                                    \
        {.word = "efivars", .value = &(source)->efivars},                                          \
    {                                                                                              \
        .word = "at", .value = &(source)->offset                                                   \
    }
#define MANIFEST_HELP                                                                              \
    "MANIFEST is a saved manifest, a memory dump that contains one (found by its magic and\n"      \
    "checksum), or a boot volume (directory or image) on which the loader has saved it.\n"         \
    "  -p, --path PATH         its path on the volume; default: " BTL_MANIFEST_SAVED "\n"          \
    "      --at OFFSET         its offset, when a dump contains several\n"                         \
    "      --efivars DIR|FILE  UEFI variables with the kernel's record of that boot, whose "       \
    "events\n"                                                                                     \
    "                          and log are added to the manifest\n"

#endif

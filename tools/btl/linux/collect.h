// SPDX-License-Identifier: BSD-2-Clause
// Files of btl linux-sync that no configuration uses any more.
#ifndef BTL_HOST_COLLECT_H
#define BTL_HOST_COLLECT_H

#include "edit/uses.h"

struct collected {
    size_t count, kept; // files, deleted or in use
    uint64_t bytes;     // deleted
};

// Delete the files in /linux of the volume that have names of btl linux-sync and that `uses` does
// not have, and directories that are empty then. `dry_run`: print them alone. False: reported.
bool collect_releases(struct boot *boot, const struct uses *uses, bool dry_run,
                      struct collected *collected);

#endif

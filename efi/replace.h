// SPDX-License-Identifier: BSD-2-Clause
// Replacing a file of a volume. FAT cannot do that in one step: the new file is written under
// another name, the old one removed, the new one renamed. If the power fails, one of the two is
// complete.
#ifndef BTL_EFI_REPLACE_H
#define BTL_EFI_REPLACE_H

#include <btl/arena.h>

#include "volume.h"

enum replace_step { REPLACE_CREATE, REPLACE_WRITE, REPLACE_SHORT, REPLACE_REMOVE, REPLACE_RENAME };

struct replacement {
    struct volume *volume;
    struct btl_str path, new_path; // new_path: the other name
    struct btl_bytes bytes;
    struct volume_file file; // open between replace_begin() and replace_end()
    // Of a failure:
    enum replace_step failed;
    fw_status status;
    uint64_t written; // REPLACE_SHORT: bytes that were written
};

// Set the paths. False: no memory.
bool replace_names(struct replacement *replacement, struct btl_str path, struct btl_str suffix,
                   struct btl_arena *arena);
// Write the new file under the other name. False: nothing has changed.
bool replace_begin(struct replacement *replacement);
// Put it in the place of the old one. Firmware that cannot rename (Das U-Boot) writes the file
// twice: the other name is removed when the second file is complete. False: the new file is
// complete under the other name.
bool replace_end(struct replacement *replacement);
// Do not put it there: remove the new file.
void replace_cancel(struct replacement *replacement);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Seals on a volume: which files a configuration uses, the seal beside it, whether both fit.
#ifndef BTL_HOST_SEALING_H
#define BTL_HOST_SEALING_H

#include <btl/seal.h>

#include "boot.h"

// Return the path of a configuration's seal.
struct btl_str seal_path(struct btl_arena *arena, struct btl_str config);

enum seal_found { SEAL_ABSENT, SEAL_UNREADABLE, SEAL_THERE };
// Open the seal of the configuration boot->path. SEAL_UNREADABLE: reported.
enum seal_found seal_open_beside(struct boot *boot, struct btl_seal *ret_seal);

// Files that a seal lists, although its configuration does not use them.
struct seal_also {
    const struct btl_str *paths;
    size_t count;
};
// Fill in the lines of a seal: every file that the steps have read, and `also`. False: reported.
bool seal_collect(struct boot *boot, const struct seal_also *also, struct btl_seal *seal);
// Find those files of an old seal that the steps have not read, and that are still on the volume.
struct seal_also seal_find_also(struct boot *boot, const struct btl_seal *old);

// Report each file that the steps have read and that the seal does not list as it is. Return their
// number.
size_t seal_report_differences(struct boot *boot, const struct btl_seal *seal);

#endif

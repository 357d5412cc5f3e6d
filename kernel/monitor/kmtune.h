// SPDX-License-Identifier: BSD-2-Clause
// The two ways in which kmtune shows a tunable: in a line (kmtune.c), or in full (kmtune_list.c).
#ifndef KERNEL_KMTUNE_H
#define KERNEL_KMTUNE_H

#include "dlkm/dlkm.h"

#define KMTUNE_TEXT_MAX 256

struct kmtune_view {
    void (*loaded)(const struct module *module, uint32_t index);
    // Of a module that is not loaded. False: the file has no such tunable.
    bool (*in_file)(const struct module *module, const struct tunables_file *file,
                    struct btl_str name);
};
extern const struct kmtune_view kmtune_long;
const char *kmtune_type_name(int type); // enum btl_tunable_type

#endif

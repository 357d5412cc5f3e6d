// SPDX-License-Identifier: BSD-2-Clause
// Check modules without a boot volume, as their authors do.
#ifndef BTL_HOST_CHECK_MODULES_H
#define BTL_HOST_CHECK_MODULES_H

#include "boot.h"

struct check_modules {
    char **files;
    size_t count;
    const char *directories; // of dependencies, separated by ':'
    const char *kernel;      // file, or NULL: one that exports what btl/kernel.h declares
};

// Open each module, plan it in the earliest phase that it supports, and link it. Return the exit
// status.
int check_modules(const struct boot *options, const struct check_modules *modules, bool strict);

#endif

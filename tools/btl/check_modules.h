// SPDX-License-Identifier: BSD-2-Clause
// Modules by themselves, without a boot volume: for who builds them.
#ifndef BTL_HOST_CHECK_MODULES_H
#define BTL_HOST_CHECK_MODULES_H

#include "boot.h"

struct check_modules {
    char **files;
    size_t count;
    const char *directories; // separated by ':'; where dependencies lie
    const char *kernel;      // its file, or NULL: one that exports what btl/kernel.h declares
};

// Each module is opened, planned in the earliest phase that it supports, and linked. Returns the
// exit status.
int check_modules(const struct boot *options, const struct check_modules *modules, bool strict);

#endif

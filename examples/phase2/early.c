// SPDX-License-Identifier: BSD-2-Clause
// A module of phase 1. It exports a function to modules that declare it a dependency.
#include <btl/module.h>

#include "early.h"

static unsigned calls;

unsigned early_count(void)
{
    return ++calls;
}

static int early_load(const struct btl_load_args *args)
{
    kprintf("%s: here, in phase 1\n", args->name);
    return 0;
}

BTL_MODULE("early", .load = early_load);
BTL_VERSION("1.0");
BTL_DESCRIPTION("counts calls");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2");
BTL_NEEDS("kernel:1.0");
BTL_EXPORT(early_count);

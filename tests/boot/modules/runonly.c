// SPDX-License-Identifier: BSD-2-Clause
// Names no phases: RUN only.
#include <btl/module.h>

static int runonly_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("runonly", .load = runonly_load);
BTL_NEEDS("kernel:1.0");

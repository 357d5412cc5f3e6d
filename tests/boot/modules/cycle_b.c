// SPDX-License-Identifier: BSD-2-Clause
// cycle_a needs cycle_b needs cycle_c needs cycle_a.
#include <btl/module.h>

static int cycle_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("cycle_b", .load = cycle_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_DEPENDS("cycle_c");

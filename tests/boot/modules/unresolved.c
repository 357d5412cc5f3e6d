// SPDX-License-Identifier: BSD-2-Clause
// Uses three functions that no module exports.
#include <btl/module.h>

int missing_one(void);
int missing_two(void);
int missing_three(void);

static int unresolved_load(const struct btl_load_args *args)
{
    return missing_one() + missing_two() + missing_three();
}

BTL_MODULE("unresolved", .load = unresolved_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

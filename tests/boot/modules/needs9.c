// SPDX-License-Identifier: BSD-2-Clause
// Built for a kernel that does not exist.
#include <btl/module.h>

static int needs9_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("needs9", .load = needs9_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:9.0");

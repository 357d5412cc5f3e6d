// SPDX-License-Identifier: BSD-2-Clause
// A module for a kernel that starts none: the loader links it, and the manifest says where.
#include <btl/module.h>

static int mine_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("mine", .load = mine_load);
BTL_VERSION("1.0");
BTL_DESCRIPTION("a module to start from");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1");

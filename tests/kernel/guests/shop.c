// SPDX-License-Identifier: BSD-2-Clause
// A file of the shop (shop.h), which puts other texts of the same length in place of these.
#include "guest.h"

static int64_t depth = 8;
static const struct btl_tunable tunables[] = {BTL_INT(depth, 1, 64)};

int shop_name(void);
extern int other_name(void) __attribute__((weak));

int shop_name(void)
{
    return other_name != NULL ? (int)depth : 0;
}

BTL_MODULE("name", .load = guest_load, .unload = guest_unload, BTL_TUNABLES(tunables));
BTL_VERSION("1.0");
BTL_DEPENDS("dep0,dep1");
BTL_NEEDS("need:1.0");
BTL_PROVIDES("give:1.0");
BTL_PARM("depth", "int", "of the test");
BTL_EXPORT(shop_name);

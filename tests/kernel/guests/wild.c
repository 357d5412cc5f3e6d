// SPDX-License-Identifier: BSD-2-Clause
// Calls a function that is not exported to it.
#include "guest.h"

extern int nowhere(void);

static int wild_load(const struct btl_load_args *args)
{
    return nowhere() + guest_load(args);
}

BTL_MODULE("mine", .load = wild_load, .unload = guest_unload);
BTL_PROVIDES("mine:1.0");

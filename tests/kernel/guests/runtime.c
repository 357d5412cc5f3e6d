// SPDX-License-Identifier: BSD-2-Clause
// Tunables that change at run time, and one that does not.
#include "guest.h"

static int64_t depth = 8, fixed = 1;
static bool loud;
static char text[8] = "hi";

static int changed(const struct btl_tunable *tunable, const void *value)
{
    return host.event("changed");
}

static const struct btl_tunable tunables[] = {
    BTL_INT_RUNTIME(depth, -5, 64, changed), BTL_BOOL_RUNTIME(loud, changed),
    BTL_STRING_RUNTIME(text, changed), BTL_INT(fixed, 0, 10)};

int64_t runtime_depth(void);
int64_t runtime_depth(void)
{
    return depth + fixed + loud + text[0];
}

BTL_MODULE("runtime", .load = guest_load, .unload = guest_unload, BTL_TUNABLES(tunables));

// SPDX-License-Identifier: BSD-2-Clause
// The module that test_link.c links and calls: uses exports of the kernel and of a dependency, and
// a tunable, and notes in a variable that it ran.
#include <btl/module.h>

extern int64_t from_kernel, from_ring;

int64_t guest_sum = 1;
static int64_t factor = 2;
static const struct btl_tunable tunables[] = {BTL_INT(factor, 0, 10)};

static int guest_load(const struct btl_load_args *args)
{
    guest_sum = from_kernel + from_ring * factor;
    return args->flags[0] == 'f' ? BTL_EIO : 0;
}

BTL_MODULE("guest", .load = guest_load, BTL_TUNABLES(tunables));
BTL_PHASES("BOOT2,RUN");
BTL_DEPENDS("ring");
BTL_EXPORT(guest_sum);

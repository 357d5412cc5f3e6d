// SPDX-License-Identifier: BSD-2-Clause
// Uses exports of `ring` without declaring the dependency.
#include <btl/module.h>

#include <ring.h>

static int undeclared_load(const struct btl_load_args *args)
{
    ring_free(ring_new(16));
    return 0;
}

BTL_MODULE("undeclared", .load = undeclared_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

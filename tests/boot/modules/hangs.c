// SPDX-License-Identifier: BSD-2-Clause
// Its load function never returns; it is two calls deep, for the backtrace.
#include <btl/module.h>

int hangs_inner(volatile int *forever);
int hangs_outer(void);

__attribute__((noinline)) int hangs_inner(volatile int *forever)
{
    kprintf("hangs: for ever\n");
    while (*forever)
        ;
    return *forever;
}

__attribute__((noinline)) int hangs_outer(void)
{
    volatile int forever = 1;

    return hangs_inner(&forever) + 1;
}

static int hangs_load(const struct btl_load_args *args)
{
    return hangs_outer() - 1;
}

BTL_MODULE("hangs", .load = hangs_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

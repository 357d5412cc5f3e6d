// SPDX-License-Identifier: BSD-2-Clause
// Writes to an unmapped address, two calls deep, for the backtrace.
#include <btl/module.h>

int fault_inner(uint64_t *where);
int fault_outer(const char *flags);

__attribute__((noinline)) int fault_inner(uint64_t *where)
{
    kprintf("fault: writing to %p\n", (void *)where);
    *(volatile uint64_t *)where = 1; // not a leaf function: gcc gives those no frame
    return 1;
}

__attribute__((noinline)) int fault_outer(const char *flags)
{
    // The last 2 MiB of the address space are unmapped by the boot protocol.
    return fault_inner((uint64_t *)0xffffffffffe00000u) + flags[0];
}

static int fault_load(const struct btl_load_args *args)
{
    return fault_outer(args->flags) - 1;
}

BTL_MODULE("fault", .load = fault_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

// SPDX-License-Identifier: BSD-2-Clause
// Writes to its own code through an uncached alias of physical memory.
#include <btl/module.h>

#define UNCACHED 0xc000000000000000ull

static int alias_load(const struct btl_load_args *args)
{
    uint64_t code, physical;

    __asm__ volatile("mov %0 = ip" : "=r"(code));
    __asm__ volatile("tpa %0 = %1" : "=r"(physical) : "r"(code));
    *(volatile uint64_t *)(UNCACHED | physical) = 0;
    return 0;
}

BTL_MODULE("alias", .load = alias_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

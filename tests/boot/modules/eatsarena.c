// SPDX-License-Identifier: BSD-2-Clause
// Uses up the arena of phase 1. Less than `leave` bytes remain in one piece. With `fail` it then
// fails, and frees nothing.
#include <btl/kernel.h>
#include <btl/module.h>

static int64_t leave = 1;
static bool fail;
static const struct btl_tunable tunables[] = {BTL_INT(leave, 1, 1 << 20), BTL_BOOL(fail)};

static int eatsarena_load(const struct btl_load_args *args)
{
    uint64_t eaten = 0;

    for (uint64_t size = 1 << 20; size >= (uint64_t)leave; size /= 2)
        while (kmem_alloc(size) != NULL)
            eaten += size;
    kprintf("eatsarena: %lu bytes eaten\n", eaten);
    return fail ? BTL_EIO : 0;
}

BTL_MODULE("eatsarena", .load = eatsarena_load, BTL_TUNABLES(tunables));
BTL_PHASES("BOOT1");
BTL_NEEDS("kernel:1.0");
BTL_PARM("leave", "int", "bytes in one piece that are left");
BTL_PARM("fail", "bool", "fail in the end");

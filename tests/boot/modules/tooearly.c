// SPDX-License-Identifier: BSD-2-Clause
// Supports BOOT1 and calls services that the kernel offers from BOOT2 on.
#include <btl/module.h>

static int tooearly_load(const struct btl_load_args *args)
{
    uint64_t page = page_alloc(1);
    kprintf("tooearly: got a page\n");
    page_free(page, 1);
    return 0;
}

BTL_MODULE("tooearly", .load = tooearly_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

// SPDX-License-Identifier: BSD-2-Clause
// Calls a page-frame service in every phase, although its metadata says that it does so only later:
// what the loader and `btl check` cannot know.
#include <btl/module.h>

static int earlypage_load(const struct btl_load_args *args)
{
    uint64_t page = page_alloc(1);
    kprintf("earlypage: got a page\n");
    page_free(page, 1);
    return 0;
}

BTL_MODULE("earlypage", .load = earlypage_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_LATER(page_alloc);
BTL_LATER(page_free);

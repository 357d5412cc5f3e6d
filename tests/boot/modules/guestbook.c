// SPDX-License-Identifier: BSD-2-Clause
// A library that loader.conf does not name, for the modules `visitor`.
#include "guestbook.h"

#include <btl/module.h>

static int pages;

int guestbook_sign(const char *name)
{
    kprintf("guestbook: %s signs page %d\n", name, ++pages);
    return pages;
}
BTL_EXPORT(guestbook_sign);

static int guestbook_load(const struct btl_load_args *args)
{
    return 0;
}

static int guestbook_unload(void)
{
    kprintf("guestbook: closed\n");
    return 0;
}

BTL_MODULE("guestbook", .load = guestbook_load, .unload = guestbook_unload);
BTL_PHASES("RUN");
BTL_NEEDS("kernel:1.0");
BTL_PROVIDES("guestbook:1.0");

// SPDX-License-Identifier: BSD-2-Clause
// The module `visitor` in the version VISITOR, a text; its load function returns VISITOR_RESULT.
#include "guestbook.h"

#include <btl/module.h>

static int64_t loudness = 1;
static int calls; // in each loaded image, from 0

int visitor_greet(void);

int visitor_greet(void)
{
    return ++calls;
}
BTL_EXPORT(visitor_greet);

static int visitor_load(const struct btl_load_args *args)
{
    kprintf("visitor %s: loudness %ld, flags \"%s\", greeting %d\n", VISITOR, (long)loudness,
            args->flags, visitor_greet());
    guestbook_sign("visitor " VISITOR);
    return VISITOR_RESULT;
}

static int visitor_unload(void)
{
    kprintf("visitor %s: leaves\n", VISITOR);
    return 0;
}

static const struct btl_tunable visitor_tunables[] = {BTL_INT(loudness, 1, 9)};

BTL_MODULE("visitor", .load = visitor_load, .unload = visitor_unload,
           BTL_TUNABLES(visitor_tunables));
BTL_VERSION(VISITOR);
BTL_PARM("loudness", "int", "how loud it is");
BTL_PHASES("RUN");
BTL_DEPENDS("guestbook");
BTL_NEEDS("kernel:1.0");
BTL_NEEDS("guestbook:1.0");

// SPDX-License-Identifier: BSD-2-Clause
// The end of the chain of many000.
#include <btl/module.h>

int many999_value(void);

int many999_value(void)
{
    return 1;
}

static int many_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("many999", .load = many_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_EXPORT(many999_value);

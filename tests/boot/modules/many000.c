// SPDX-License-Identifier: BSD-2-Clause
// Made into many modules by the tests, which replace many000 by many001 … in copies of the file,
// and many999 by the name of the module it depends on.
#include <btl/module.h>

int many000_value(void);
int many999_value(void);

int many000_value(void)
{
    return many999_value() + 1;
}

static int many_load(const struct btl_load_args *args)
{
    return many000_value() > 0 ? 0 : BTL_EIO;
}

BTL_MODULE("many000", .load = many_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_DEPENDS("many999");
BTL_EXPORT(many000_value);

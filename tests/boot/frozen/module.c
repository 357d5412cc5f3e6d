// SPDX-License-Identifier: BSD-2-Clause
// A module of ABI 1 and interface kernel:1.0.
#include <btl/module.h>

static char greeting[32] = "the default";
static int64_t answer = 1;
static const struct btl_tunable tunables[] = {BTL_STRING(greeting), BTL_INT(answer, 0, 100)};

static int frozen_load(const struct btl_load_args *args)
{
    kprintf("frozen module: name %s, flags %s, phase %d, greeting %s, answer %d\n", args->name,
            args->flags, args->phase, greeting, (int)answer);
    return 0;
}

static int frozen_unload(void)
{
    return 0;
}

BTL_MODULE("frozen", .load = frozen_load, .unload = frozen_unload, BTL_TUNABLES(tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("a module of ABI 1");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_PARM("greeting", "string", "text that the load function prints");
BTL_PARM("answer", "int", "number that the load function prints");

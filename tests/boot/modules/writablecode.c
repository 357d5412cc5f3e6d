// SPDX-License-Identifier: BSD-2-Clause
// Has a section that is writable and executable.
#include <btl/module.h>

__asm__(".pushsection .patchable,\"awx\",@progbits\n"
        ".byte 0xc3\n"
        ".popsection");

static int writablecode_load(const struct btl_load_args *args)
{
    return 0;
}

BTL_MODULE("writablecode", .load = writablecode_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

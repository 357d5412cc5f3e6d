// SPDX-License-Identifier: BSD-2-Clause
// As hangs.c, with interrupts switched off; halted if its flags begin with 'h'.
#include <btl/module.h>

static int hangscli_load(const struct btl_load_args *args)
{
    kprintf("hangscli: for ever, %s\n", args->flags[0] == 'h' ? "halted" : "spinning");
    __asm__ volatile("cli");
    do
        if (args->flags[0] == 'h')
            __asm__ volatile("hlt");
    while (args->flags[0] != 'x');
    return 0;
}

BTL_MODULE("hangscli", .load = hangscli_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

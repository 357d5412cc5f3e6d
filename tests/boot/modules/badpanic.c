// SPDX-License-Identifier: BSD-2-Clause
// Faults, and makes the panic that follows fail too: the console is captured by a function that
// hangs or faults at the registers.
#include <btl/module.h>

static bool hangs;

static void sink(const char *text, size_t len)
{
    static const char *const first[] = {"cr0", "ip "}; // x86-64, ia64

    if (len < 3 || (memcmp(text, first[0], 3) != 0 && memcmp(text, first[1], 3) != 0))
        return;
    while (hangs)
        __asm__ volatile("" : : : "memory");
    *(volatile uint64_t *)0xffffffffffe00000u = 2;
}

static int badpanic_load(const struct btl_load_args *args)
{
    hangs = args->flags[0] == 'h';
    if (console_capture(sink) != 0)
        return BTL_EBUSY;
    while (args->flags[0] == 'h' && args->flags[5] != '\0') // "hangs twice"
        __asm__ volatile("" : : : "memory");
    *(volatile uint64_t *)0xffffffffffe00000u = 1;
    return 0;
}

BTL_MODULE("badpanic", .load = badpanic_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

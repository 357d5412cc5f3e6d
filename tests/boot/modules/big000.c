// SPDX-License-Identifier: BSD-2-Clause
// 16 MiB of data in the file, checked at both ends and at each page.
#include <btl/module.h>

#define BYTES (16u << 20)

// The first and the last byte of each page differ from 0 and from each other.
__asm__(".pushsection .data\n"
        ".balign 4096\n"
        ".globl big_data\n"
        "big_data:\n"
        ".rept 4096\n"
        ".byte 0xa5\n"
        ".fill 4094, 1, 0x11\n"
        ".byte 0x5a\n"
        ".endr\n"
        ".popsection");
extern const volatile uint8_t big_data[BYTES] __attribute__((visibility("hidden")));

static int big_load(const struct btl_load_args *args)
{
    for (size_t at = 0; at < BYTES; at += 4096)
        if (big_data[at] != 0xa5 || big_data[at + 2048] != 0x11 || big_data[at + 4095] != 0x5a)
            return BTL_EIO;
    kprintf("%s: 16 MiB are right\n", args->name);
    return 0;
}

BTL_MODULE("big000", .load = big_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

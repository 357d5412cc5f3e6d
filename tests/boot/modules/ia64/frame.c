// SPDX-License-Identifier: BSD-2-Clause
// Faults with known values in its frame of the register stack.
#include <btl/module.h>

void frame_fault(void);

__asm__(".text\n"
        ".align 16\n"
        ".global frame_fault\n"
        ".proc frame_fault\n"
        "frame_fault:\n"
        ".prologue\n"
        ".save ar.pfs, r32\n"
        "alloc r32 = ar.pfs, 0, 12, 0, 0\n"
        ".save rp, r33\n"
        "mov r33 = b0\n"
        ".body\n"
        "movl r34 = 0x0102030405060708\n"
        "movl r35 = 0x1112131415161718\n"
        "movl r36 = 0x2122232425262728\n"
        "movl r37 = 0x3132333435363738\n"
        "movl r38 = 0x4142434445464748\n"
        "movl r39 = 0x5152535455565758\n"
        "movl r40 = 0x6162636465666768\n"
        "movl r41 = 0x7172737475767778\n"
        "movl r42 = 0x8182838485868788\n"
        "movl r43 = 0x9192939495969798\n"
        ";;\n"
        "break.m 0x77\n"
        ";;\n"
        ".endp frame_fault\n");

static int frame_load(const struct btl_load_args *args)
{
    frame_fault();
    return 0;
}

BTL_MODULE("frame", .load = frame_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

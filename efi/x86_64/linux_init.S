// SPDX-License-Identifier: BSD-2-Clause
// The bytes of /btl/init (linux/init), for Linux kernels.
        .section .rodata
        .balign 8
        .globl  linux_init_begin, linux_init_end
linux_init_begin:
        .incbin LINUX_INIT
linux_init_end:
        .section .note.GNU-stack, "", @progbits

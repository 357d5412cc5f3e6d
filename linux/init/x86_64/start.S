// SPDX-License-Identifier: BSD-2-Clause
// The first instruction of /btl/init. rsp points to the number of arguments; the arguments, NULL,
// and the environment follow (System V psABI, 3.4.1).
        .text
        .globl  _start
_start:
        xorl    %ebp, %ebp
        movq    %rsp, %rdi
        andq    $-16, %rsp
        call    init_main
        hlt

        .section .note.GNU-stack,"",@progbits

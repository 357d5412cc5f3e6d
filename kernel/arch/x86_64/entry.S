// SPDX-License-Identifier: BSD-2-Clause
// Where the loader jumps to (btl/boot.h): interrupts off, the manifest's address in %rdi, the
// loader's page tables, a stack whose top holds return address 0. A frame pointer of 0 ends every
// backtrace here.
    .section .text.entry, "ax", %progbits
    .globl _start
    .type _start, %function
_start:
    cld
    xorl %ebp, %ebp
    jmp kmain
    .size _start, . - _start
    .section .note.GNU-stack, "", %progbits

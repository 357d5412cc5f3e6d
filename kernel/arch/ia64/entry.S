// SPDX-License-Identifier: BSD-2-Clause
// Where the loader jumps to (docs/boot-protocol-ia64.md): the manifest's address in r32, the first
// register of a frame of one; stack, backing store and translation are there. b0 is 0, which ends
// every backtrace here.
    .section .text.entry, "ax", @progbits
    .global _start
    .proc _start
_start:
    .prologue
    .altrp b0
    alloc r33 = ar.pfs, 1, 1, 1, 0
    .body
    movl gp = __gp
    ;;
    mov r34 = r32
    br.call.sptk.many b0 = ia64_start
    ;;
    break.m 0
    .endp _start
    .section .note.GNU-stack, "", @progbits

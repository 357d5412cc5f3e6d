// SPDX-License-Identifier: BSD-2-Clause
// void unwind_capture(struct unwind_caller *ret): where its caller is, with all frames before it
// written to the backing store.
    .section .text, "ax", @progbits
    .global unwind_capture
    .proc unwind_capture
unwind_capture:
    .prologue
    .altrp b0
    .save ar.pfs, r14
    alloc r14 = ar.pfs, 1, 0, 0, 0
    .body
    add r18 = 8, r32
    mov r15 = b0
    flushrs
    ;;
    mov r16 = ar.bsp
    st8 [r32] = r15, 16
    st8 [r18] = r14, 16
    ;;
    st8 [r32] = r16
    st8 [r18] = sp
    br.ret.sptk.many b0
    ;;
    .endp unwind_capture
    .section .note.GNU-stack, "", @progbits

// SPDX-License-Identifier: BSD-2-Clause
// A kernel that prints the state it was started in (docs/boot-protocol-ia64.md), a line a register, on
// COM1. Then it does what LAST_… says, which must stop it, and says "went on".
#define UNCACHED 0xc000000000000000
#define COM1     0xfe3f8                // port 0x3f8 in the I/O port space
#define COM1_LSR 0xff3fd
#define LSR_THRE 5

        .explicit
        .text
        .global _start
        .proc   _start
_start:
        alloc   r33 = ar.pfs, 1, 40, 0, 0 ;;
        mov     r34 = pr
        mov     r35 = r0 ;;
        // All others but gp and sp, which have to be 0.
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        or      r35 = r35, r\n ;;
        .endr
        movl    r2 = values ;;
        .macro  save register, from
        mov     r3 = \from ;;
        st8     [r2] = r3, 8 ;;
        .endm
        st8     [r2] = r32, 8 ;;
        st8     [r2] = gp, 8 ;;
        st8     [r2] = sp, 8 ;;
        st8     [r2] = r35, 8 ;;
        st8     [r2] = r34, 8 ;;
        st8     [r2] = r33, 8 ;;
        .irp    from, psr, b0, b1, b2, b3, b4, b5, b6, b7, ar.rsc, ar.bspstore, ar.rnat, ar.fpsr, ar.unat, ar.lc, ar.ec, ar.ccv, ar.k0, ar.k3, cr.iva, cr.pta, cr.dcr
        save    x, \from
        .endr
        .irp    region, 0, 1, 2, 3, 4, 5, 6, 7
        movl    r3 = \region << 61 ;;
        mov     r3 = rr[r3] ;;
        st8     [r2] = r3, 8 ;;
        .endr

        // b1: where print_text returns to; r20: text; b2, r21: the same of print_hex.
        mov     r22 = ar.k0
        movl    r23 = UNCACHED ;;
        add     r22 = r22, r23
        movl    r24 = COM1
        movl    r25 = COM1_LSR ;;
        add     r24 = r24, r22
        add     r25 = r25, r22
        movl    r26 = names
        movl    r27 = values
        movl    r20 = hello ;;
        br.call.sptk.few b1 = print_text ;;
next:   ld1     r3 = [r26] ;;
        cmp.eq  p6, p0 = r3, r0
(p6)    br.cond.spnt.few last ;;
        mov     r20 = r26
        br.call.sptk.few b1 = print_text ;;
        mov     r26 = r20
        ld8     r21 = [r27], 8
        mov     r28 = 60 ;;
digit:  shr.u   r29 = r21, r28 ;;
        and     r29 = 15, r29 ;;
        cmp.gt  p6, p7 = 10, r29 ;;
(p6)    add     r29 = '0', r29
(p7)    add     r29 = 'a' - 10, r29 ;;
        br.call.sptk.few b2 = print_one ;;
        add     r28 = -4, r28 ;;
        cmp.le  p6, p0 = 0, r28
(p6)    br.cond.sptk.few digit ;;
        mov     r29 = '\n'
        br.call.sptk.few b2 = print_one ;;
        br.sptk.few next ;;

last:   movl    r20 = end ;;
        br.call.sptk.few b1 = print_text ;;
#if defined(LAST_WRITE_AREA)            // the hand-off area
        mov     r3 = cr.iva ;;
        st8     [r3] = r0 ;;
#elif defined(LAST_WRITE_TEXT)
        movl    r3 = _start ;;
        st8     [r3] = r0 ;;
#elif defined(LAST_RUN_DATA)            // a bundle that would go on, copied
        movl    r3 = bundle
        movl    r4 = code ;;
        ld8     r5 = [r3], 8 ;;
        ld8     r6 = [r3]
        st8     [r4] = r5, 8 ;;
        st8     [r4] = r6, -8 ;;
        fc.i    r4 ;;
        sync.i ;;
        srlz.i ;;
        movl    r3 = go_on
        mov     b3 = r4 ;;
        mov     b4 = r3 ;;
        br.cond.sptk.few b3 ;;
#elif defined(LAST_GUARD)               // right below the stack
        movl    r3 = -0x10000 + 15 ;;
        add     r3 = sp, r3 ;;
        st1     [r3] = r0 ;;
#elif defined(LAST_SPECULATE)           // deferred: not a stop
        movl    r3 = 0x5000 ;;
        ld8.s   r4 = [r3] ;;
        tnat.z  p6, p0 = r4
(p6)    br.cond.spnt.few stop ;;
        chk.s.m r4, go_on ;;            // taken by the processor, or by the loader's vectors
        br.sptk.few stop ;;
#elif defined(LAST_CACHED)              // the direct map: what is not cached refuses to be speculated on
        mov     r3 = ar.k0              // device registers
        movl    r4 = 0xe000000000000000
        movl    r5 = 0xe002000000000000 // nothing that the memory map knows
        movl    r6 = values ;;
        or      r3 = r3, r4
        ld8     r6 = [r6] ;;            // the manifest: memory
        ld1.s   r7 = [r3]
        ld1.s   r8 = [r5]
        ld8.s   r9 = [r6] ;;
        tnat.z  p6, p0 = r7
        tnat.z  p7, p0 = r8
        tnat.nz p8, p0 = r9
(p6)    br.cond.spnt.few stop ;;
(p7)    br.cond.spnt.few stop ;;
(p8)    br.cond.spnt.few stop ;;
#elif defined(LAST_PINNED)              // with an empty tree: pages that nothing has touched yet
        movl    r3 = empty
        mov     r4 = ar.k3 ;;
        tpa     r3 = r3 ;;
        mov     ar.k3 = r3
        movl    r5 = -0x10000 + 16      // the stack's first, the backing store's last, the text's fourth
        movl    r6 = 0xf000
        mov     r7 = ar.bspstore
        movl    r8 = far_text
        movl    r9 = empty + 0x1000 ;;  // and one that is not pinned
        add     r5 = sp, r5
        add     r6 = r6, r7 ;;
        ld8.s   r5 = [r5]
        ld8.s   r6 = [r6]
        ld8.s   r7 = [r8]
        ld8.s   r9 = [r9] ;;
        tnat.nz p6, p0 = r5
        tnat.nz p7, p0 = r6
        tnat.nz p8, p0 = r7
        tnat.z  p9, p0 = r9 ;;
(p6)    br.cond.spnt.few stop ;;
(p7)    br.cond.spnt.few stop ;;
(p8)    br.cond.spnt.few stop ;;
(p9)    br.cond.spnt.few stop ;;
        mov     b3 = r8 ;;
        br.call.sptk.few b4 = b3 ;;
        mov     ar.k3 = r4 ;;
#endif
go_on:  movl    r20 = went_on ;;
        br.call.sptk.few b1 = print_text ;;
stop:   br.sptk.few stop ;;
bundle: br.cond.sptk.few b4 ;;

print_text:                             // r20: text, left behind its NUL
        ld1     r29 = [r20], 1 ;;
        cmp.eq  p6, p0 = r29, r0
(p6)    br.cond.spnt.few b1 ;;
        br.call.sptk.few b2 = print_one ;;
        br.sptk.few print_text ;;
print_one:                              // r29
        ld1.acq r3 = [r25] ;;
        tbit.z  p6, p0 = r3, LSR_THRE
(p6)    br.cond.spnt.few print_one ;;
        st1.rel [r24] = r29 ;;
        mf.a ;;
        br.cond.sptk.few b2 ;;
#if defined(LAST_PINNED)
        .org    _start + 0x3000
far_text:
        br.cond.sptk.few b4 ;;
        .org    _start + 0x4000
#endif
        .endp   _start

        .section .rodata
hello:  .asciz  "\nstate\n"
end:    .asciz  "state ends\n"
went_on:
        .asciz  "went on\n"
names:  .irp    name, in0, gp, sp, others, pr, pfs, psr, b0, b1, b2, b3, b4, b5, b6, b7, rsc, bspstore, rnat, fpsr, unat, lc, ec, ccv, k0, k3, iva, pta, dcr, rr0, rr1, rr2, rr3, rr4, rr5, rr6, rr7
        .asciz  "\name="
        .endr
        .byte   0

        .data
        .align  16
code:   .skip   16
        data8   @fptr(_start)
values: .skip   48 * 8
#if defined(LAST_PINNED)
        .balign 4096
empty:  .skip   2 * 4096
#endif
        .section .note.GNU-stack, "", @progbits

// SPDX-License-Identifier: BSD-2-Clause
// The hand-off area (docs/boot-protocol-ia64.md): a table of interruption vectors, which enters
// translations until the kernel has a table of its own, and behind it the last code of the loader.
// It is copied to memory aligned to its size; all branches are relative.
#include "handoff_ia64.h"

#define PAGE_SHIFT        12
#define AREA_SHIFT        16
#define PHYSICAL_BITS     50
#define WINDOW_REGION     5
#define UNCACHED_REGION   6
#define DIRECT_REGION     7

#define ISR_SP  36
#define PSR_ED  43
#define PSR_BN  0x100000000000
#define PSR_OFF 0x6000                  // ic, i
// ic, dt, dfh, rt, it, bn
#define PSR_KERNEL 0x1010080a2000

#define PTA_OFF 0x3c                    // the smallest size that is allowed, VHPT off
#define FPSR    0x0009804c0270033f

        .explicit
        .section .text.handoff, "ax", @progbits
        .align  32
        .global handoff_code, handoff_code_end
handoff_code:

// Nothing can be done about it: the processor stays here.
        .macro  stop_at first, last, step
        .set    vector, \first
        .rept   (\last - \first) / \step + 1
        .org    vector
        br.sptk.few vector_start + vector ;;
        .set    vector, vector + \step
        .endr
        .endm

// r16: an address of the window -> r18: what the tree says about it. The tree is read physically:
// no translation is needed for that. Changes r17, r19, p6; leaves PSR.dt off.
        .macro  walk_level low, absent
        extr.u  r19 = r16, \low, 9 ;;
        shladd  r18 = r19, 3, r18 ;;
        ld8     r18 = [r18] ;;
        cmp.eq  p6, p0 = r18, r0
(p6)    br.cond.spnt.few \absent ;;
        .endm
        .macro  walk_tree absent
        extr.u  r19 = r16, 39, 22
        rsm     psr.dt
        mov     r18 = ar.k3 ;;
        srlz.d
        cmp.ne  p6, p0 = r19, r0
(p6)    br.cond.spnt.few \absent ;;
        walk_level 30, \absent
        dep     r18 = 0, r18, 0, PAGE_SHIFT
        walk_level 21, \absent
        dep     r18 = 0, r18, 0, PAGE_SHIFT
        walk_level 12, \absent
        .endm

        .set    vector_start, handoff_code
        stop_at 0x0000, 0x0800, 0x400

// Alternate instruction TLB miss.
        .org    0x0c00
        mov     r16 = cr.ifa
        mov     r31 = pr ;;
        shr.u   r17 = r16, 61 ;;
        cmp.ne  p6, p0 = WINDOW_REGION, r17
(p6)    br.cond.spnt.few itlb_absent ;;
        walk_tree itlb_absent
        itc.i   r18 ;;
        mov     pr = r31, -1
        rfi ;;
itlb_absent:
        br.sptk.few itlb_absent ;;

// Alternate data TLB miss.
        .org    0x1000
        mov     r16 = cr.ifa
        mov     r31 = pr
        mov     r20 = cr.isr ;;
        shr.u   r17 = r16, 61
        extr.u  r19 = r16, PHYSICAL_BITS, 61 - PHYSICAL_BITS
        extr.u  r21 = r16, 0, PHYSICAL_BITS ;;
        cmp.eq  p7, p0 = DIRECT_REGION, r17
        cmp.eq  p8, p0 = UNCACHED_REGION, r17
        cmp.eq  p9, p0 = WINDOW_REGION, r17
        cmp.ne  p10, p0 = r19, r0 ;;
(p9)    br.cond.sptk.few dtlb_window
(p10)   br.cond.spnt.few dtlb_absent
(p8)    br.cond.spnt.few dtlb_uncached ;;
(p7)    br.cond.sptk.few dtlb_direct
        br.sptk.few dtlb_absent ;;

// How the memory map says that it may be cached (btlm_is_write_back()). It is read physically; what
// it does not have are device registers. r21: physical address.
dtlb_direct:
        mov     r17 = ip
        rsm     psr.dt ;;
        srlz.d
        dep     r17 = 0, r17, 0, AREA_SHIFT ;;
        dep     r17 = 0, r17, 61, 3 ;;
        add     r17 = HANDOFF_IA64_MAP, r17 ;;
        ld8     r18 = [r17], 8 ;;
        ld8     r19 = [r17] ;;
dtlb_next:
        cmp.eq  p6, p0 = r0, r19
        add     r22 = 8, r18
(p6)    br.cond.spnt.few dtlb_uncached ;;
        ld8     r23 = [r18], HANDOFF_IA64_ENTRY_SIZE
        ld8     r24 = [r22], 8
        add     r19 = -1, r19 ;;
        sub     r23 = r21, r23 ;;
        cmp.geu p6, p0 = r23, r24
(p6)    br.cond.sptk.few dtlb_next ;;
        ld4     r23 = [r22], 8 ;;       // type
        ld8     r24 = [r22]             // attributes
        cmp.eq  p6, p0 = HANDOFF_IA64_MMIO, r23
(p6)    br.cond.spnt.few dtlb_uncached ;;
        and     r23 = HANDOFF_IA64_CACHE_TYPES, r24
        tbit.nz p6, p0 = r24, HANDOFF_IA64_WB_BIT
(p6)    br.cond.sptk.few dtlb_write_back ;;
        cmp.eq  p6, p0 = r0, r23
(p6)    br.cond.spnt.few dtlb_write_back ;;
dtlb_uncached:
        mov     r18 = HANDOFF_IA64_UNCACHED
        br.sptk.few dtlb_page ;;
dtlb_write_back:
        mov     r18 = HANDOFF_IA64_DIRECT ;;
dtlb_page:
        dep     r21 = 0, r21, 0, PAGE_SHIFT ;;
        or      r18 = r21, r18
        br.sptk.few dtlb_insert ;;
dtlb_window:
        walk_tree dtlb_absent
dtlb_insert:
        itc.d   r18 ;;
        mov     pr = r31, -1
        rfi ;;
// A speculative load is deferred: it was perhaps never meant.
dtlb_absent:
        tbit.z  p6, p0 = r20, ISR_SP
        mov     r17 = cr.ipsr ;;
(p6)    br.cond.sptk.few dtlb_stop
        dep     r17 = -1, r17, PSR_ED, 1 ;;
        mov     cr.ipsr = r17
        mov     pr = r31, -1 ;;
        rfi ;;
dtlb_stop:
        br.sptk.few dtlb_stop ;;
        .org    HANDOFF_IA64_MAP
        data8   0, 0

        stop_at 0x1400, 0x4c00, 0x400
        stop_at 0x5000, 0x5600, 0x100

// A failed speculation check: the processor may leave it to software to take the branch of chk,
// whose displacement in bundles is IIM.
        .org    0x5700
        mov     r16 = cr.iim
        mov     r17 = cr.iip
        mov     r18 = cr.ipsr ;;
        dep.z   r16 = r16, 43, 21
        dep     r18 = r0, r18, 41, 2 ;; // slot 0
        shr     r16 = r16, 39 ;;
        add     r17 = r17, r16 ;;
        mov     cr.iip = r17
        mov     cr.ipsr = r18 ;;
        rfi ;;

        stop_at 0x5800, 0x7f00, 0x100

// r32: struct handoff_ia64. Virtual and physical addresses are the same here, in whichever mode the
// firmware runs, until the last rfi.
        .org    HANDOFF_IA64_ENTRY
        alloc   r2 = ar.pfs, 1, 0, 0, 0
        mov     r14 = r32 ;;
        flushrs ;;                      // while it may still miss
        mov     ar.rsc = 0
        rsm     PSR_OFF ;;
        srlz.i ;;

        // Physical mode, so that no translation in use is changed.
1:      mov     r15 = ip
        movl    r16 = PSR_BN ;;
        add     r15 = physical - 1b, r15
        mov     cr.ipsr = r16
        mov     cr.ifs = r0 ;;
        mov     cr.iip = r15 ;;
        rfi ;;

        .align  32
physical:
        add     r8 = HANDOFF_IA64_ROOT, r14
        add     r9 = HANDOFF_IA64_KERNEL, r14
        add     r10 = HANDOFF_IA64_MANIFEST, r14
        add     r11 = HANDOFF_IA64_SP, r14
        add     r15 = HANDOFF_IA64_STORE, r14
        add     r16 = HANDOFF_IA64_GP, r14
        add     r17 = HANDOFF_IA64_CODE, r14
        add     r18 = HANDOFF_IA64_MEMORY, r14
        add     r19 = HANDOFF_IA64_COUNT, r14 ;;
        ld8     r8 = [r8]
        ld8     r9 = [r9]
        ld8     r10 = [r10]
        ld8     r12 = [r11]
        ld8     r15 = [r15]
        ld8     gp = [r16]
        ld8     r17 = [r17]
        ld8     r18 = [r18]
        ld8     r19 = [r19] ;;
        dep     r20 = 0, r17, 61, 3 ;;
        add     r20 = HANDOFF_IA64_MAP, r20 ;;
        st8     [r20] = r18, 8 ;;
        st8     [r20] = r19 ;;

        .irp    n, 0, 1, 2, 3, 4       // not used, and nothing of the firmware's reaches there
        movl    r20 = \n << 61
        movl    r21 = HANDOFF_IA64_RR0 + \n * 0x100 ;;
        mov     rr[r20] = r21 ;;
        .endr
        movl    r20 = WINDOW_REGION << 61
        movl    r21 = HANDOFF_IA64_RR5 ;;
        mov     rr[r20] = r21
        movl    r22 = UNCACHED_REGION << 61
        movl    r23 = HANDOFF_IA64_RR6 ;;
        mov     rr[r22] = r23
        movl    r24 = DIRECT_REGION << 61
        movl    r25 = HANDOFF_IA64_RR7 ;;
        mov     rr[r24] = r25 ;;
        srlz.d ;;
        srlz.i ;;

// r14 walks through the pins.
        .macro  next_pin
        srlz.d ;;
        ld8     r20 = [r14], 8 ;;
        ld8     r21 = [r14], 8 ;;
        ld8     r22 = [r14], 8
        mov     cr.ifa = r20 ;;
        mov     cr.itir = r22 ;;
        .endm
        add     r14 = HANDOFF_IA64_PINS, r14 ;;
        mov     r23 = 1
        mov     r24 = 2
        mov     r25 = 3 ;;
        next_pin                        // hand-off area: as data it can be read alone
        itr.i   itr[r0] = r21 ;;
        itr.d   dtr[r25] = r21 ;;
        next_pin                        // stack
        itr.d   dtr[r0] = r21 ;;
        next_pin                        // backing store
        itr.d   dtr[r23] = r21 ;;
        next_pin                        // the beginning of the kernel's text
        cmp.ne  p6, p0 = r22, r0 ;;
(p6)    itr.i   itr[r23] = r21 ;;
(p6)    itr.d   dtr[r24] = r21 ;;

        mov     cr.iva = r17
        mov     r20 = PTA_OFF ;;
        mov     cr.pta = r20
        mov     cr.dcr = r0
        mov     ar.k3 = r8 ;;
        srlz.d ;;
        srlz.i ;;

        // The kernel's register stack: nothing of the old one stays.
        alloc   r2 = ar.pfs, 0, 0, 0, 0 ;;
        flushrs ;;
        loadrs ;;
        mov     ar.bspstore = r15 ;;
        mov     ar.rnat = r0
        movl    r20 = FPSR ;;
        mov     ar.fpsr = r20
        mov     ar.pfs = r0
        mov     ar.lc = r0
        mov     ar.ec = r0
        mov     ar.unat = r0
        mov     ar.ccv = r0
        invala ;;

        movl    r20 = PSR_KERNEL ;;
        mov     cr.ipsr = r20
        mov     cr.iip = r9
        mov     cr.ifs = r0 ;;
        alloc   r2 = ar.pfs, 0, 0, 1, 0 ;;
        mov     r32 = r10
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7
        mov     b\n = r0 ;;
        .endr
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        mov     r\n = r0
        .endr
        mov     pr = r0, -1 ;;
        rfi ;;
        .org    HANDOFF_IA64_SIZE       // fails where there is more
handoff_code_end:

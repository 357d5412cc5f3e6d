// SPDX-License-Identifier: BSD-2-Clause
// A static PAL procedure without arguments (Itanium SDM volume 2, 11.10): its index in r28, results
// in r8 to r11, which is where C has a structure of 32 bytes.
        .explicit
        .text
        .align  32
        .global pal_call
        .hidden pal_call
        .proc   pal_call
pal_call:                               // in0: entry point of PAL, in1: index
        alloc   loc0 = ar.pfs, 2, 5, 0, 0
        mov     loc1 = b0
        mov     loc2 = gp
        mov     loc3 = psr
        mov     loc4 = ar.rsc
        mov     b6 = in0
        mov     r28 = in1
        mov     r29 = r0
        mov     r30 = r0
        mov     r31 = r0 ;;
        // PAL returns by a plain branch, which would not give back the frame that br.call takes.
1:      mov     r14 = ip ;;
        add     r14 = 2f - 1b, r14 ;;
        mov     b0 = r14
        mov     ar.rsc = 0              // enforced lazy, as static procedures ask for
        rsm     0x4000 ;;               // PSR.i
        br.cond.sptk.many b6 ;;
        .align  32
2:      mov     psr.l = loc3 ;;
        srlz.d
        mov     ar.rsc = loc4
        mov     b0 = loc1
        mov     gp = loc2
        mov     ar.pfs = loc0 ;;
        br.ret.sptk.many b0 ;;
        .endp   pal_call

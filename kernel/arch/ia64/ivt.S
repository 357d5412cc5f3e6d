// SPDX-License-Identifier: BSD-2-Clause
// The interruption vectors (Itanium SDM volume 2, 5.6 to 8), 32 KiB, pinned at IVT_VIRTUAL. A TLB miss
// is served and returns, and so is a spurious interrupt; every other interruption ends the kernel in
// trap().
//
// A handler starts with PSR.ic and PSR.i clear, in bank 0: only r16 to r31 are free. A handler has no
// stack, and uses physical addresses only (PSR.dt off), because a miss inside it could not be served.
//
//   ar.k6  physical address of the tree in force (paging.c)
//   ar.k5  physical address of the save area (struct arch_registers)
//   ar.k7  physical address of struct memory_table, the memory map
#include "cpu.h"
#include "traps.h"

// Jump to trap() with the number of the vector, which is its offset / 0x100.
#define TRAP(number)                                                                               \
    mov r31 = pr;                                                                                  \
    mov r29 = number;                                                                              \
    br.sptk.many trap_entry;                                                                       \
    ;;

#define VECTOR(offset)                                                                             \
    .org ivt + offset

    .section .text.ivt, "ax", @progbits
    .align 32768
    .global ivt
ivt:
    VECTOR(0x0000) // VHPT translation
    TRAP(0x00)
    VECTOR(0x0400) // instruction TLB miss
    TRAP(0x04)
    VECTOR(0x0800) // data TLB miss
    TRAP(0x08)

    VECTOR(0x0c00) // alternate instruction TLB miss
    mov r31 = pr
    mov r16 = cr.ifa
    mov r29 = 0x0c
    cmp.eq p15, p14 = r0, r0 // p15: instruction, p14: data
    br.sptk.many miss
    ;;

    VECTOR(0x1000) // alternate data TLB miss
    mov r31 = pr
    mov r16 = cr.ifa
    mov r29 = 0x10
    cmp.ne p15, p14 = r0, r0
    br.sptk.many miss
    ;;
    // Walks the tree in force for r16: five levels, from the root down. An entry is 0, or the
    // physical address of the next table and bit 0, or (bit 5, "accessed", is set) a translation.
miss:
    rsm psr.dt
    mov r18 = ar.k6
    extr.u r17 = r16, 61, 3
    extr.u r19 = r16, 48, 2
    extr.u r20 = r16, 50, 11
    ;;
    srlz.d
    cmp.ne p6, p0 = r0, r20  // bits 50 to 60 must be 0
    dep r19 = r17, r19, 2, 3
(p6) br.cond.spnt.many miss_trap
    ;;
    shladd r18 = r19, 3, r18
    ;;
    ld8 r21 = [r18]          // level 5: 256 TiB
    extr.u r19 = r16, 39, 9
    ;;
    cmp.eq p6, p0 = r0, r21
    tbit.nz p7, p0 = r21, 5
    dep r18 = 0, r21, 0, 12
(p6) br.cond.spnt.many miss_trap
    extr.u r22 = r16, 12, 36
(p7) br.cond.spnt.many whole
    ;;
    shladd r18 = r19, 3, r18
    ;;
    ld8 r21 = [r18]          // level 4: 512 GiB
    extr.u r19 = r16, 30, 9
    ;;
    cmp.eq p6, p0 = r0, r21
    tbit.nz p7, p0 = r21, 5
    dep r18 = 0, r21, 0, 12
(p6) br.cond.spnt.many miss_trap
    extr.u r22 = r16, 28, 11
(p7) br.cond.spnt.many huge
    ;;
    shladd r18 = r19, 3, r18
    ;;
    ld8 r21 = [r18]          // level 3: 1 GiB
    extr.u r19 = r16, 21, 9
    ;;
    cmp.eq p6, p0 = r0, r21
    tbit.nz p7, p0 = r21, 5
    dep r18 = 0, r21, 0, 12
(p6) br.cond.spnt.many miss_trap
    extr.u r22 = r16, 28, 2
(p7) br.cond.spnt.many huge
    ;;
    shladd r18 = r19, 3, r18
    ;;
    ld8 r21 = [r18]          // level 2: 2 MiB, which is no page size: entered by halves
    extr.u r19 = r16, 12, 9
    ;;
    cmp.eq p6, p0 = r0, r21
    tbit.nz p7, p8 = r21, 5
    dep r18 = 0, r21, 0, 12
    extr.u r22 = r16, 20, 1
(p6) br.cond.spnt.many miss_trap
    ;;
    shladd r18 = r19, 3, r18
    dep.z r22 = r22, 20, 1
    ;;
(p8) ld8 r21 = [r18]         // level 1: 4 KiB
(p7) mov r20 = 20 << 2
(p8) mov r20 = 12 << 2
(p8) mov r22 = 0
    ;;
    cmp.eq p6, p0 = r0, r21
(p6) br.cond.spnt.many miss_trap
    ;;
    add r21 = r21, r22
    ;;
enter:
    mov cr.itir = r20
    ;;
    srlz.d
    ;;
(p15) itc.i r21
    ;;
(p14) itc.d r21
    ;;
    mov pr = r31, -1
    ;;
    rfi
    ;;
    // All physical addresses, which only the first tree maps so: page by page, for each is cached as
    // the memory map says (btlm_is_write_back()), and uncached where it says nothing. Without a map
    // there is no boot.
whole:
    dep.z r22 = r22, 12, 36
    mov r23 = ar.k7
    mov r20 = 12 << 2
    extr.u r17 = r16, 0, 50
    ;;
    add r21 = r21, r22
    ld8 r24 = [r23], 8       // its first entry
    ;;
    ld8 r25 = [r23], 8       // how many are left
    ;;
    ld8 r26 = [r23]          // from one to the next
    cmp.eq p6, p0 = r0, r25
(p6) br.cond.spnt.many enter
    ;;
entry_of_map:
    cmp.eq p6, p0 = r0, r25
    add r27 = 8, r24
(p6) br.cond.spnt.many uncached
    ;;
    ld8 r28 = [r24]
    ld8 r30 = [r27], 8
    add r25 = -1, r25
    add r24 = r24, r26
    ;;
    sub r28 = r17, r28
    ;;
    cmp.geu p6, p0 = r28, r30
(p6) br.cond.sptk.many entry_of_map
    ;;
    ld4 r28 = [r27], 8       // type
    ;;
    ld8 r30 = [r27]          // attributes
    cmp.eq p6, p0 = MEMORY_MMIO, r28
(p6) br.cond.spnt.many uncached
    ;;
    and r28 = MEMORY_CACHE_TYPES, r30
    tbit.nz p7, p0 = r30, MEMORY_WRITE_BACK_BIT
(p7) br.cond.sptk.many enter
    ;;
    cmp.eq p7, p0 = r0, r28
(p7) br.cond.spnt.many enter
    ;;
uncached:
    or r21 = PTE_UNCACHED, r21
    br.sptk.many enter
    ;;
    // A large leaf is entered 256 MiB at a time, r22 of them from its start.
huge:
    dep.z r22 = r22, 28, 11
    mov r20 = 28 << 2
    ;;
    add r21 = r21, r22
    br.sptk.many enter
    ;;
miss_trap:
    br.sptk.many trap_entry
    ;;

    VECTOR(0x1400) // nested data TLB miss: a defect of this file
    TRAP(0x14)
    VECTOR(0x1800) // instruction key miss
    TRAP(0x18)
    VECTOR(0x1c00) // data key miss
    TRAP(0x1c)
    VECTOR(0x2000) // dirty bit
    TRAP(0x20)
    VECTOR(0x2400) // instruction access bit
    TRAP(0x24)
    VECTOR(0x2800) // data access bit
    TRAP(0x28)
    VECTOR(0x2c00) // break
    TRAP(0x2c)
    // External interrupt. Those below 16 that have no vector of their own (except 15: there is
    // none any more) are errors; the watchdog's ends the kernel; what the firmware left pending is over.
    VECTOR(0x3000)
    mov r31 = pr
    mov r16 = cr.ivr
    mov r17 = WATCHDOG_VECTOR
    ;;
    srlz.d
    cmp.eq p6, p0 = 15, r16
    cmp.gt p7, p0 = 15, r16
    cmp.eq p8, p0 = r16, r17
    mov r29 = 0x30
(p6) br.cond.sptk.many interrupt_over
(p7) br.cond.spnt.many trap_entry
    ;;
    mov cr.eoi = r0
    ;;
    srlz.d
    mov r29 = TRAP_WATCHDOG
(p8) br.cond.spnt.many trap_entry
    ;;
interrupt_over:
    mov pr = r31, -1
    ;;
    rfi
    ;;
    // Reserved ones go on in the order of their offsets.
    number = 0x34
    .rept 7
    .org ivt + number * 0x100
    mov r31 = pr
    mov r29 = number
    br.sptk.many trap_entry
    ;;
    number = number + 4
    .endr
    // From here on there are 256 bytes for each. 0x57, speculation: the processor leaves it to
    // software to take the branch of chk, whose displacement in bundles is IIM.
    number = 0x50
    .rept 7
    .org ivt + number * 0x100
    mov r31 = pr
    mov r29 = number
    br.sptk.many trap_entry
    ;;
    number = number + 1
    .endr
    VECTOR(0x5700)
    mov r16 = cr.iim
    mov r17 = cr.iip
    mov r18 = cr.ipsr
    ;;
    dep.z r16 = r16, 43, 21
    dep r18 = r0, r18, 41, 2 // slot 0
    ;;
    shr r16 = r16, 39
    ;;
    add r17 = r17, r16
    ;;
    mov cr.iip = r17
    mov cr.ipsr = r18
    ;;
    rfi
    ;;
    number = 0x58
    .rept 0x6c - 0x58
    .org ivt + number * 0x100
    mov r31 = pr
    mov r29 = number
    br.sptk.many trap_entry
    ;;
    number = number + 1
    .endr

    // Saves the interrupted context, takes the stacks that are kept for this, and calls trap(). What
    // was interrupted is never gone back to. r29: vector; r31: its predicates.
    VECTOR(0x6c00)
trap_entry:
    rsm psr.dt
    mov r16 = ar.k5
    mov r18 = cr.iip
    ;;
    srlz.d
    add r17 = 8, r16
    mov r19 = cr.ipsr
    ;;
    st8 [r16] = r29, 16
    st8 [r17] = r18, 16
    mov r18 = cr.ifa
    mov r20 = cr.isr
    ;;
    st8 [r16] = r19, 16
    st8 [r17] = r18, 16
    mov r18 = cr.iim
    mov r19 = cr.itir
    ;;
    st8 [r16] = r20, 16
    st8 [r17] = r18, 16
    mov r18 = cr.iipa
    mov r20 = ar.unat
    ;;
    st8 [r16] = r19, 16
    st8 [r17] = r18, 16
    mov r18 = ar.pfs
    mov r19 = ar.rsc
    ;;
    st8 [r16] = r20, 16
    st8 [r17] = r31, 16
    mov r20 = ar.fpsr
    mov r21 = ar.ccv
    ;;
    st8 [r16] = r18, 16
    st8 [r17] = r19, 16
    mov r18 = ar.lc
    mov r19 = ar.ec
    ;;
    st8 [r16] = r20, 16
    st8 [r17] = r21, 16
    mov r20 = b0
    mov r21 = b1
    ;;
    st8 [r16] = r18, 16
    st8 [r17] = r19, 16
    mov r18 = b2
    mov r19 = b3
    ;;
    st8 [r16] = r20, 16
    st8 [r17] = r21, 16
    mov r20 = b4
    mov r21 = b5
    ;;
    st8 [r16] = r18, 16
    st8 [r17] = r19, 16
    mov r18 = b6
    mov r19 = b7
    ;;
    st8 [r16] = r20, 16
    st8 [r17] = r21, 16
    ;;
    st8 [r16] = r18, 16
    st8 [r17] = r19, 16
    ;;
    // r1 to r15 are not banked; spills keep a NaT from being a fault of its own.
    st8.spill [r16] = r1, 16
    ;;
    st8.spill [r17] = r2, 16
    ;;
    st8.spill [r16] = r3, 16
    ;;
    st8.spill [r17] = r4, 16
    ;;
    st8.spill [r16] = r5, 16
    ;;
    st8.spill [r17] = r6, 16
    ;;
    st8.spill [r16] = r7, 16
    ;;
    st8.spill [r17] = r8, 16
    ;;
    st8.spill [r16] = r9, 16
    ;;
    st8.spill [r17] = r10, 16
    ;;
    st8.spill [r16] = r11, 16
    ;;
    st8.spill [r17] = r12, 16
    ;;
    st8.spill [r16] = r13, 16
    ;;
    st8.spill [r17] = r14, 16
    ;;
    st8.spill [r16] = r15, 16
    mov r3 = r17 // r16 and the even ones after it
    ;;
    mov r2 = r16 // r17 and the odd ones
    ;;
    bsw.1
    ;;
    st8.spill [r3] = r16, 16
    ;;
    st8.spill [r2] = r17, 16
    ;;
    st8.spill [r3] = r18, 16
    ;;
    st8.spill [r2] = r19, 16
    ;;
    st8.spill [r3] = r20, 16
    ;;
    st8.spill [r2] = r21, 16
    ;;
    st8.spill [r3] = r22, 16
    ;;
    st8.spill [r2] = r23, 16
    ;;
    st8.spill [r3] = r24, 16
    ;;
    st8.spill [r2] = r25, 16
    ;;
    st8.spill [r3] = r26, 16
    ;;
    st8.spill [r2] = r27, 16
    ;;
    st8.spill [r3] = r28, 16
    ;;
    st8.spill [r2] = r29, 16
    ;;
    st8.spill [r3] = r30, 16
    ;;
    st8.spill [r2] = r31, 16
    ;;
    // The interrupted frame becomes one of the caller's kind; cr.ifs says how long it is.
    cover
    ;;
    mov ar.rsc = 0
    mov r14 = cr.ifs
    mov r15 = ar.bsp
    ;;
    mov r16 = ar.bspstore
    mov r17 = ar.rnat
    mov r18 = 0x1ff
    movl r19 = trap_backing_store
    ;;
    st8 [r3] = r14, 16
    st8 [r2] = r15, 16
    and r18 = r16, r18 // NaT collections stay at the same places
    ;;
    st8 [r3] = r16, 16
    st8 [r2] = r17, 16
    add r19 = r19, r18
    ;;
    mov ar.bspstore = r19
    st8 [r3] = r19
    mov r20 = ar.unat // the NaT bits of r1 to r31, by the addresses of their places
    ;;
    st8 [r2] = r20
    mov ar.rnat = r17
    movl gp = __gp
    ;;
    ssm psr.dt
    movl sp = trap_stack + TRAP_STACK_SIZE - 16
    ;;
    srlz.d
    ;;
    ssm psr.ic
    movl r20 = FPSR_DEFAULT
    ;;
    srlz.i
    ;;
    srlz.d
    ;;
    flushrs // the interrupted frames are read from the backing store
    ;;
    alloc r14 = ar.pfs, 0, 0, 1, 0
    movl r15 = trap
    ;;
    mov ar.fpsr = r20
    movl r32 = trap_registers
    mov b6 = r15 // this code runs at IVT_VIRTUAL: no branch reaches the text from there
    ;;
    br.call.sptk.many b0 = b6
    ;;
    break.m 0
    ;;

    // firmware_call_physical(call), firmware.h. From rsm psr.ic to rfi no miss can be served: it is
    // called at its pinned address, IVT_VIRTUAL + (firmware_call_physical - ivt), never at the one it
    // is linked at, and touches no memory there. Firmware runs with translation off, on a stack and a
    // backing store at physical addresses, and with PSR.ic as it was.
    VECTOR(0x7400)
    .global firmware_call_physical
    .proc firmware_call_physical
firmware_call_physical:
    .prologue
    .save ar.pfs, r34
    alloc r34 = ar.pfs, 1, 9, 8, 0
    .save rp, r33
    mov r33 = b0
    .vframe r35
    mov r35 = sp
    .body
    mov r36 = gp
    mov r37 = ar.rsc
    mov r38 = psr
    mov r39 = pr
    mov r40 = ar.lc
    ;;
    ld8 r14 = [r32], 8 // entry
    ;;
    ld8 r15 = [r32], 8 // gp
    mov b7 = r14
    ;;
    ld8 r42 = [r32], 8 // arguments
    ;;
    ld8 r43 = [r32], 8
    ;;
    ld8 r44 = [r32], 8
    ;;
    ld8 r45 = [r32], 8
    ;;
    ld8 r46 = [r32], 8
    ;;
    ld8 r47 = [r32], 8
    ;;
    ld8 r48 = [r32], 8
    ;;
    ld8 r49 = [r32], 8
    ;;
    ld8 r16 = [r32], 8 // sp
    ;;
    ld8 r17 = [r32], 8 // backing store
    ;;
    ld8 r18 = [r32]    // the vectors
    mov ar.rsc = 0
    ;;
    flushrs
    ;;
    rsm psr.i | psr.ic
    movl r19 = PSR_I | PSR_IT | PSR_DT | PSR_RT | PSR_DFH // no interrupts: no vectors
    ;;
    srlz.i
    ;;
    mov r41 = ar.bspstore
    mov r20 = ar.rnat
    andcm r21 = r38, r19
    movl r22 = call_physical - ivt
    movl r23 = PSR_BN
    ;;
    add r22 = r22, r18
    or r21 = r21, r23 // reading the register leaves it out
    ;;
    mov cr.iip = r22
    mov cr.ifs = r0
    ;;
    mov cr.ipsr = r21
    mov r32 = r20
    ;;
    rfi
    ;;
call_physical:
    mov ar.bspstore = r17
    mov sp = r16
    mov gp = r15
    ;;
    mov ar.rnat = r0
    ;;
    br.call.sptk.many b0 = b7
    ;;
    movl r14 = IVT_VIRTUAL + (call_virtual - ivt)
    movl r23 = PSR_BN | PSR_IT | PSR_DT | PSR_RT | PSR_DFH | PSR_IC
    ;;
    rsm psr.i | psr.ic
    mov ar.rsc = 0
    or r21 = r38, r23
    ;;
    srlz.i
    ;;
    flushrs
    ;;
    mov cr.ipsr = r21
    mov cr.iip = r14
    mov cr.ifs = r0
    ;;
    mov ar.bspstore = r41
    ;;
    mov ar.rnat = r32
    ;;
    rfi
    ;;
call_virtual:
    mov sp = r35
    mov gp = r36
    mov ar.rsc = r37
    mov pr = r39, -1
    mov ar.lc = r40
    mov ar.pfs = r34
    mov b0 = r33
    ;;
    br.ret.sptk.many b0
    ;;
    .endp firmware_call_physical
    .org ivt + IVT_SIZE

    .section .note.GNU-stack, "", @progbits

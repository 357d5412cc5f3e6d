// SPDX-License-Identifier: BSD-2-Clause
// One stub for each vector, all of one size, so that descriptors.c computes their addresses. Each
// makes the stack look alike (an error code, 0 where the processor pushes none; the vector) and goes
// to the common part, which saves struct arch_registers (traps.h) and calls trap(). Interrupts
// and the watchdog's NMI come back from there; every other trap ends the kernel.
    .section .text, "ax", %progbits
    .balign 16
    .globl trap_stubs
trap_stubs:
    vector = 0
    .rept 256
    .balign 16
    // For these the processor has pushed an error code.
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    pushq $0
    .endif
    pushq $vector
    jmp trap_common
    vector = vector + 1
    .endr

    .balign 16
    .type trap_common, %function
trap_common:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movq %rsp, %rdi
    movq %rsp, %rbx
    xorl %ebp, %ebp
    andq $-16, %rsp
    call trap
    movq %rbx, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rbp
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rbx
    popq %rax
    addq $16, %rsp // vector and error code
    iretq
    .size trap_common, . - trap_common

    .globl trap_leave
    .type trap_leave, %function
trap_leave: // rdi next, rsi argument, rdx top of the stack, which is a multiple of 16
    leaq -16(%rdx), %rcx
    movq $0, 8(%rcx) // the chain of callers ends here
    movq $0, (%rcx)
    xorl %ebp, %ebp
    movl %ss, %eax
    pushq %rax
    addq $8, %rcx // as after a call
    pushq %rcx
    pushfq
    movl %cs, %eax
    pushq %rax
    pushq %rdi
    movq %rsi, %rdi
    iretq
    .size trap_leave, . - trap_leave
    .section .note.GNU-stack, "", %progbits

// SPDX-License-Identifier: BSD-2-Clause
// Relocation types that compilers emit seldom or only with -mcmodel=large.
    .text
    .globl here
    .type here, @function
here:
    .reloc ., R_X86_64_NONE, far_function
    call far_function
    movq far_variable@GOTPCREL(%rip), %rax
    movl far_variable@GOTPCREL(%rip), %ecx
    addq far_variable@GOTPCREL(%rip), %rax
    call *far_function@GOTPCREL(%rip)
    jmp *here@GOTPCREL(%rip)
    testl %eax, inside@GOTPCREL(%rip)
    leaq _GLOBAL_OFFSET_TABLE_(%rip), %rbx
    movabsq $_GLOBAL_OFFSET_TABLE_ - ., %rcx
    movabsq $inside@GOTOFF, %rdx
    movabsq $far_variable@GOT, %rsi
    movabsq $far_function@PLTOFF, %rdi
    movabsq $far_variable, %r8
    ret
    .size here, . - here

    .data
    .balign 8
    .byte 0
inside:
    .quad far_variable@GOTPCREL
    .quad here - .
    .quad inside@GOT
    .quad here@SIZE
    .quad inside@SIZE + 3
    .long here@SIZE
    .long far_variable@GOT
    .long far_variable@GOTPCREL
    .long _GLOBAL_OFFSET_TABLE_ - .
    .quad inside@GOTOFF + 9
    .quad far_function@PLTOFF
    .type inside, @object
    .size inside, . - inside
    .reloc rare_place, R_X86_64_GOTPLT64, inside + 2
rare_place:
    .quad 0

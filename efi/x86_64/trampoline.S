// SPDX-License-Identifier: BSD-2-Clause
// The first code of another processor, at the start of a page below 1 MiB: from real mode to the
// state of the boot processor at its entry. Then the processor waits for an address to jump to.
// struct trampoline lies at PARAMETERS in the page.

#define PARAMETERS 0xf00
#define ROOT       (PARAMETERS + 0)
#define STACK      (PARAMETERS + 8)
#define CPU        (PARAMETERS + 16)
#define GDT        (PARAMETERS + 24)
#define PAT        (PARAMETERS + 32)
#define CR4        (PARAMETERS + 40)
#define X2APIC     (PARAMETERS + 44)
#define ALIVE      (PARAMETERS + 48)
#define FIRST_ROOT (PARAMETERS + 52)
#define JUMP32     (PARAMETERS + 56)
#define FIRST_GDT  (PARAMETERS + 62)
#define JUMP64     (PARAMETERS + 68)

#define CPU_GOTO 16 // goto_address of struct btl_limine_cpu

#define MSR_APIC_BASE 0x1b
#define APIC_X2APIC   0xc00 // and enabled
#define MSR_PAT       0x277
#define MSR_EFER      0xc0000080
#define EFER_LME_NXE  0x900
#define CR0_CACHE_OFF 0x60000000
#define CR0_AT_ENTRY  0x80010033 // PG, WP, NE, ET, MP, PE

        .text
        .balign 16
        .globl  trampoline_code, trampoline_code_end, trampoline_32, trampoline_64, trampoline_gdt
        .code16
trampoline_code:
        cli
        cld
        xorl    %ebx, %ebx
        movw    %cs, %bx
        movw    %bx, %ds
        shll    $4, %ebx                // the page
        lgdtl   FIRST_GDT
        movl    %cr0, %eax
        andl    $~CR0_CACHE_OFF, %eax
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   *JUMP32

        .code32
trampoline_32:
        movl    $0x20, %eax
        movl    %eax, %ds
        movl    %eax, %ss
        movl    CR4(%ebx), %eax
        movl    %eax, %cr4
        movl    FIRST_ROOT(%ebx), %eax
        movl    %eax, %cr3
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME_NXE, %eax
        wrmsr
        movl    $CR0_AT_ENTRY, %eax
        movl    %eax, %cr0
        ljmpl   *JUMP64(%ebx)

        .code64
trampoline_64:
        movq    ROOT(%rbx), %rax
        movq    %rax, %cr3
        movl    $MSR_PAT, %ecx
        movl    PAT(%rbx), %eax
        movl    PAT + 4(%rbx), %edx
        wrmsr
        cmpl    $0, X2APIC(%rbx)
        je      1f
        movl    $MSR_APIC_BASE, %ecx
        rdmsr
        orl     $APIC_X2APIC, %eax
        wrmsr
1:      movq    STACK(%rbx), %rsp
        movq    GDT(%rbx), %rax
        subq    $16, %rsp
        movw    $55, 6(%rsp)
        movq    %rax, 8(%rsp)
        lgdt    6(%rsp)
        addq    $16, %rsp
        leaq    2f(%rip), %rax
        pushq   $0x28
        pushq   %rax
        lretq
2:      movl    $0x30, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs
        pushq   $2
        popfq
        movq    CPU(%rbx), %rdi
        movl    $1, ALIVE(%rbx)         // from here on the parameters are those of the next one
        xorl    %ebx, %ebx
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        xorl    %esi, %esi
        xorl    %ebp, %ebp
        xorl    %r8d, %r8d
        xorl    %r9d, %r9d
        xorl    %r10d, %r10d
        xorl    %r11d, %r11d
        xorl    %r12d, %r12d
        xorl    %r13d, %r13d
        xorl    %r14d, %r14d
        xorl    %r15d, %r15d
        pushq   $0                      // the return address
3:      pause
        movq    CPU_GOTO(%rdi), %rax
        testq   %rax, %rax
        jz      3b
        pushq   %rax
        xorl    %eax, %eax
        ret

        .balign 8
trampoline_gdt:
        .quad   0, 0, 0                 // the selectors are those of the kernel
        .quad   0x00cf9b000000ffff      // 32-bit code
        .quad   0x00cf93000000ffff      // 32-bit data
        .quad   0x00209b0000000000      // 64-bit code
        .quad   0x0000930000000000      // 64-bit data
trampoline_code_end:
        .section .note.GNU-stack, "", @progbits

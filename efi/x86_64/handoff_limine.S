// SPDX-License-Identifier: BSD-2-Clause
// The hand-off to a kernel of the Limine protocol: its segments, PAT and control registers. The
// code runs in place, from a page of its own in the loader's image, which both the firmware's tables
// and the kernel's map one to one.

#define CR0_MP      (1 << 1)
#define CR0_EM      (1 << 2)
#define CR0_TS      (1 << 3)
#define CR0_NE      (1 << 5)
#define CR0_WP      (1 << 16)
#define CR0_AM      (1 << 18)
#define CR4_PAE     (1 << 5)
#define CR4_MCE     (1 << 6)
#define CR4_OSFXSR  (1 << 9)
#define CR4_OSXMMEX (1 << 10)
#define CR4_LA57    (1 << 12)
#define MSR_PAT     0x277
#define MSR_EFER    0xc0000080
#define EFER_NXE    (1 << 11)
#define PAT_LOW     0x00070406
#define PAT_HIGH    0x00070105
#define DIRECT_MAP  0xffff800000000000

#define CODE_SELECTOR 0x28
#define DATA_SELECTOR 0x30

        .section .text.handoff, "ax", @progbits
        .balign 4096
        .globl  limine_code, limine_code_end, limine_gdt
limine_code:                            // rdi: struct handoff
        cli
        cld
        movq    0(%rdi), %r8            // page_table_root
        movq    8(%rdi), %r9            // entry
        movq    24(%rdi), %r11          // stack_top

        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_NXE, %eax
        wrmsr
        movq    %cr4, %rax
        andl    $(CR4_LA57 | CR4_MCE), %eax
        orl     $(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEX), %eax
        movq    %rax, %cr4
        // The entries of the firmware's tables that are in use keep their meaning.
        movl    $MSR_PAT, %ecx
        movl    $PAT_LOW, %eax
        movl    $PAT_HIGH, %edx
        wrmsr
        movq    %r8, %cr3
        movq    %cr0, %rax
        andq    $~(CR0_EM | CR0_TS | CR0_AM), %rax
        orq     $(CR0_WP | CR0_NE | CR0_MP), %rax
        movq    %rax, %cr0

        movq    %r11, %rsp
        subq    $16, %rsp
        movw    $(limine_gdt_end - limine_gdt - 1), 6(%rsp)
        leaq    limine_gdt(%rip), %rax
        movabsq $DIRECT_MAP, %rcx
        addq    %rcx, %rax
        movq    %rax, 8(%rsp)
        lgdt    6(%rsp)
        movw    $0, 6(%rsp)             // no IDT: an exception resets the machine
        movq    $0, 8(%rsp)
        lidt    6(%rsp)
        addq    $16, %rsp
        leaq    1f(%rip), %rax
        pushq   $CODE_SELECTOR
        pushq   %rax
        lretq
1:      movl    $DATA_SELECTOR, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs
        xorl    %eax, %eax
        lldt    %ax

        pushq   $2                      // all flags clear
        popfq
        pushq   $0                      // the return address
        pushq   %r9
        xorl    %ebx, %ebx
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        xorl    %esi, %esi
        xorl    %edi, %edi
        xorl    %ebp, %ebp
        xorl    %r8d, %r8d
        xorl    %r9d, %r9d
        xorl    %r10d, %r10d
        xorl    %r11d, %r11d
        xorl    %r12d, %r12d
        xorl    %r13d, %r13d
        xorl    %r14d, %r14d
        xorl    %r15d, %r15d
        ret

        .balign 8
limine_gdt:
        .quad   0
        .quad   0x00009b000000ffff      // 16-bit code, accessed, as all: the page may be read-only
        .quad   0x000093000000ffff      // 16-bit data
        .quad   0x00cf9b000000ffff      // 32-bit code
        .quad   0x00cf93000000ffff      // 32-bit data
        .quad   0x00209b0000000000      // 64-bit code
        .quad   0x0000930000000000      // 64-bit data
limine_gdt_end:
limine_code_end:
        .balign 4096                    // nothing else is on the page
        .section .note.GNU-stack, "", @progbits

// SPDX-License-Identifier: BSD-2-Clause
// The last code of the loader. It runs in place, from a page of its own in the loader's image, which
// both the firmware's tables and ours map one to one and executable. It switches the tables, and
// jumps into the kernel.
// docs/boot-protocol-x86_64.md says what state it leaves; struct handoff is in handoff.h.

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
#define MSR_EFER    0xc0000080
#define EFER_NXE    (1 << 11)

#define CODE_SELECTOR 8
#define DATA_SELECTOR 16

        .section .text.handoff, "ax", @progbits
        .balign 4096
        .globl  handoff_code, handoff_code_end
handoff_code:                           // rdi: struct handoff
        cli
        cld
        // All arguments into registers: after the switch, the loader's stack may be unmapped.
        movq    0(%rdi), %r8            // page_table_root
        movq    8(%rdi), %r9            // entry
        movq    16(%rdi), %r10          // manifest
        movq    24(%rdi), %r11          // stack_top

        // A GDT of our own, in this page. Accessed bits are set already: the page is read-only soon.
        subq    $16, %rsp
        movw    $(gdt_end - gdt - 1), 6(%rsp)
        leaq    gdt(%rip), %rax
        movq    %rax, 8(%rsp)
        lgdt    6(%rsp)
        // No IDT: the firmware's handlers are not executable any more. An exception before the
        // kernel has its own resets the machine.
        movw    $0, 6(%rsp)
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
        xorl    %eax, %eax
        movl    %eax, %fs
        movl    %eax, %gs
        lldt    %ax

        // NXE before the tables that use NX.
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_NXE, %eax
        wrmsr
        // CR4 to a known value; this also clears PGE, which flushes global entries of the TLB, and
        // CET, which must be off before CR0.WP may change.
        movq    %cr4, %rax
        andl    $(CR4_LA57 | CR4_MCE), %eax
        orl     $(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEX), %eax
        movq    %rax, %cr4
        movq    %r8, %cr3
        movq    %cr0, %rax
        andq    $~(CR0_EM | CR0_TS | CR0_AM), %rax
        orq     $(CR0_WP | CR0_NE | CR0_MP), %rax
        movq    %rax, %cr0

        movq    %r11, %rsp
        pushq   $2                      // all flags clear
        popfq
        movq    %r10, %rdi
        xorl    %eax, %eax
        xorl    %ebx, %ebx
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        xorl    %esi, %esi
        xorl    %ebp, %ebp
        xorl    %r8d, %r8d
        xorl    %r10d, %r10d
        xorl    %r11d, %r11d
        xorl    %r12d, %r12d
        xorl    %r13d, %r13d
        xorl    %r14d, %r14d
        xorl    %r15d, %r15d
        pushq   %rbp                    // return address 0; rsp + 8 is a multiple of 16, as the ABI asks
        jmpq    *%r9

        .balign 8
gdt:    .quad   0
        .quad   0x00af9b000000ffff      // 64-bit code, present, accessed
        .quad   0x00cf93000000ffff      // data, present, writable, accessed
gdt_end:
handoff_code_end:
        .balign 4096                    // nothing else is on the page
        .section .note.GNU-stack, "", @progbits

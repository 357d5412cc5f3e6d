// SPDX-License-Identifier: BSD-2-Clause
// What kernels do with sections: tables that inline assembler writes beside the code.
extern int far_function(int);
extern int far_flag;

#define EXCEPTION(from, to)                                                                        \
    ".pushsection __ex_table, \"a\"\n"                                                             \
    ".balign 4\n"                                                                                  \
    ".long " from " - .\n"                                                                         \
    ".long " to " - .\n"                                                                           \
    ".popsection\n"

int guarded_load(const int *from)
{
    int value, error = 0;
    __asm__ volatile("1: movl (%2), %0\n"
                     "2:\n"
                     ".pushsection .text.fixup, \"ax\"\n"
                     "3: movl $-14, %1\n"
                     "   jmp 2b\n"
                     ".popsection\n" EXCEPTION("1b", "3b")
                     : "=r"(value), "+r"(error)
                     : "r"(from));
    return error ? error : value;
}

int patched(int x)
{
    __asm__ goto("1: .byte 0x0f, 0x1f, 0x44, 0, 0\n"
                 ".pushsection __jump_table, \"aw\"\n"
                 ".balign 8\n"
                 ".long 1b - ., %l[taken] - .\n"
                 ".quad far_flag - .\n"
                 ".popsection\n"
                 :
                 :
                 :
                 : taken);
    return x;
taken:
    return far_function(x);
}

__asm__(".section .init.table, \"aw\"\n"
        ".byte 1\n"
        ".quad guarded_load\n" // unaligned
        ".quad far_function + 3\n"
        ".quad .init.table + 100\n"
        ".byte 2, 3\n"
        ".quad patched - 5\n"
        ".previous\n"
        ".section .text.bytes, \"ax\"\n"
        ".balign 2\n"
        "call far_function\n"
        "nop\n"
        "jmp guarded_load\n"
        "je far_function\n"
        ".quad 1f\n" // data among code
        "1: leaq far_flag(%rip), %rax\n"
        "cmpl $5, far_flag(%rip)\n"            // addend -5
        "movl $0x12345678, far_flag+4(%rip)\n" // addend -8 + 4
        ".balign 32\n"
        ".previous\n");

static const char *const keep[] = {"table", "of", "strings", "of"};
const char *name_of(unsigned i)
{
    return keep[i % 4];
}

// SPDX-License-Identifier: BSD-2-Clause
// The kernel of the benchmark: trace the time of its entry and end the machine. Modules import its
// exports, which are never called.
#include "trace.h"

#define INFO(text)     ".asciz \"" text "\"\n"
#define EXPORT(number) ".globl kernel_" number "\nkernel_" number ":\n ret\n"
#define NAME(number)   INFO("export=kernel_" number)
#define ALL(each)                                                                                  \
    each("0") each("1") each("2") each("3") each("4") each("5") each("6") each("7") each("8")      \
        each("9") each("10") each("11") each("12") each("13") each("14") each("15") each("16")     \
            each("17") each("18") each("19") each("20") each("21") each("22") each("23")           \
                each("24") each("25") each("26") each("27") each("28") each("29") each("30")       \
                    each("31")

__asm__(".section .modinfo, \"a\"\n" INFO("name=kernel") INFO("provides=kernel:1.0")
            ALL(NAME) ".text\n" ALL(EXPORT));

static volatile int entered = 1; // the image has a segment of each kind

void _start(const void *manifest);
void _start(const void *manifest)
{
    trace("end", trace_now(), 0);
    entered++;
    trace_exit();
}

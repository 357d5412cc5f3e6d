// SPDX-License-Identifier: BSD-2-Clause
// Write lines "name first second", in hexadecimal, to the debug port. The machine counts
// instructions (QEMU's -icount): its time stamp counter is their number.
#ifndef BTL_BENCH_TRACE_H
#define BTL_BENCH_TRACE_H

#include <stdint.h>

#define TRACE_PORT 0xe9
#define EXIT_PORT  0xf4 // isa-debug-exit

static inline void trace_put(char c)
{
    __asm__ volatile("outb %0, %w1" : : "a"(c), "Nd"(TRACE_PORT));
}

static inline void trace_number(uint64_t number)
{
    trace_put(' ');
    for (int shift = number >> 32 != 0 ? 60 : 28; shift >= 0; shift -= 4)
        trace_put("0123456789abcdef"[number >> shift & 15]);
}

static inline void trace(const char *name, uint64_t first, uint64_t second)
{
    for (; *name != '\0'; name++)
        trace_put(*name);
    trace_number(first);
    trace_number(second);
    trace_put('\n');
}

static inline uint64_t trace_now(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void trace_exit(void)
{
    for (;;)
        __asm__ volatile("outl %0, %w1" : : "a"(16), "Nd"(EXIT_PORT));
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Crashes in the way that its flags name.
#include <btl/module.h>

struct code {
    uint64_t entry, gp; // as in a function descriptor
};

static const uint64_t constant[2] = {1, 2};
static volatile uint64_t data[2];
static volatile int end; // never reached
static int depth;

int crash_deep(int a, int b, int c, int d, int e, int f);
int crash_wide(int turns);

// Needs registers after the call, and nearly no memory.
__attribute__((noinline)) int crash_deep(int a, int b, int c, int d, int e, int f)
{
    int below = end ? 0 : crash_deep(b, c, d, e, f, a + ++depth);

    return below + a * b + c * d + e * f;
}

// Needs memory.
__attribute__((noinline)) int crash_wide(int turns)
{
    volatile char memory[3000];

    memory[turns & 1023] = 1;
    return (end ? 0 : crash_wide(turns + 1)) + memory[5];
}

static int call(uint64_t entry)
{
    static volatile struct code code;
    volatile uintptr_t pointer = (uintptr_t)&code; // hides the target from the compiler

    code.entry = entry;
    ((void (*)(void))pointer)();
    return 1;
}

static int crash_load(const struct btl_load_args *args)
{
    volatile int *volatile at = (volatile int *)16;

    switch (args->flags[0]) {
    case 'n': // null
        return *at;
    case 'c': // constant
        *(volatile uint64_t *)(uintptr_t)&constant[1] = 5;
        return 1;
    case 'd': // data
        return call((uintptr_t)data);
    case 'j': // jump
        return call(0x4000);
    case 'r': // registers
        return crash_deep(1, 2, 3, 4, 5, 6);
    case 's': // stack
        return crash_wide(1);
    case 'b': // break
        __builtin_trap();
    }
    return BTL_EINVAL;
}

BTL_MODULE("crash", .load = crash_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

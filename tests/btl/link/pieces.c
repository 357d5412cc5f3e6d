// SPDX-License-Identifier: BSD-2-Clause
// One of each that a module may contain: data and code of every kind, symbols of every kind.
extern int outside_data[4], outside_small;
extern int outside_function(int);
extern int absent_weak(void) __attribute__((weak));
extern int present_weak __attribute__((weak));

int common_int;
long common_array[37];
__attribute__((aligned(256))) char common_aligned[3];
static char bss[5000];
static int initialised[] = {1, 2, 3};
const int constants[] = {4, 5, 6};
int *pointers[] = {initialised + 2, outside_data + 3, &common_int, (int *)constants, &present_weak};
int (*functions[])(int) = {outside_function};
int (*weak_function)(void) = absent_weak;
__attribute__((section(".strange"), aligned(4096))) int far_aligned = 7;
__attribute__((section(".init.text"))) int early(int n)
{
    return outside_function(n) + initialised[n];
}

static int local(int n)
{
    return bss[n] + (int)common_array[n] + common_aligned[n % 3];
}

int piece(int n)
{
    switch (n) { // a table of jumps
    case 0:
        return outside_small;
    case 1:
        return local(n);
    case 2:
        return *pointers[n];
    case 3:
        return absent_weak ? absent_weak() : -1;
    case 4:
        return early(n);
    case 5:
        return functions[0](n);
    case 6:
        return far_aligned;
    default:
        return outside_data[n] + common_int;
    }
}

__asm__(".globl absolute\n.set absolute, 0x12345\n"
        ".pushsection .data\n.quad absolute, outside_small + 8, piece - .\n.long absolute, piece - "
        ".\n.popsection");

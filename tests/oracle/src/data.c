// SPDX-License-Identifier: BSD-2-Clause
// Pointers in data: tables, unaligned fields, odd sections, common and weak symbols.
typedef unsigned long word;

extern int far_function(int), far_other(int);
extern char far_array[];
extern int absent_function(int) __attribute__((weak));
extern char absent_data[] __attribute__((weak));

int shared_counter; // common with -fcommon
char shared_buffer[300];
long shared_aligned __attribute__((aligned(128)));
static int private_counter = 3;
static char private_bss[77];

__attribute__((weak)) int overridable(int x)
{
    return x + private_counter++;
}

static int local_function(int x)
{
    return far_function(x) - private_bss[x & 63];
}

struct entry {
    const char *name;
    int (*call)(int);
    const void *where;
};

const struct entry constant_table[] = {
    {"far", far_function, far_array + 5},        {"other", far_other, far_array - 0x70},
    {"local", local_function, private_bss + 40}, {"weak", overridable, &shared_counter},
    {"absent", absent_function, absent_data},    {"self", 0, &constant_table[3].where},
};

struct entry writable_table[] = {
    {"far", far_function, shared_buffer + 299},
    {"local", local_function, &shared_aligned},
};

struct __attribute__((packed)) odd {
    char tag;
    const void *pointer;
    short more;
    int (*call)(int);
};
const struct odd packed_table[] = {{'a', far_array, 1, overridable},
                                   {'b', private_bss, 2, local_function}};

int odd_aligned __attribute__((section(".data.odd"), aligned(64))) = 5;
const char one_byte __attribute__((section(".rodata.byte"), aligned(1))) = 'x';
const void *const after_byte __attribute__((section(".rodata.ptr"))) = &one_byte;
const word page_aligned[3] __attribute__((section(".data.page"), aligned(4096))) = {1, 2, 3};
const void *volatile to_page = &page_aligned[1];

int walk(int n)
{
    int sum = 0;
    for (unsigned i = 0; i < sizeof(constant_table) / sizeof(constant_table[0]); i++)
        if (constant_table[i].call)
            sum += constant_table[i].call(n) + constant_table[i].name[n & 1];
    if (absent_function)
        sum += absent_function(n);
    if (absent_data)
        sum += absent_data[0];
    for (unsigned i = 0; i < 2; i++)
        sum += writable_table[i].call(n) + packed_table[i].call(n);
    shared_counter += sum;
    shared_buffer[n & 255] = (char)sum;
    shared_aligned ^= (word)after_byte;
    return sum + odd_aligned + (to_page == after_byte);
}

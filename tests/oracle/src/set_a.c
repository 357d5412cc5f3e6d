// SPDX-License-Identifier: BSD-2-Clause
// A set of three objects that use each other and nothing else.
extern int b_step(int);
extern int c_limit;
extern const char *const c_names[];
int a_count = 1;

int a_run(int x)
{
    while (x < c_limit)
        x += b_step(x) + c_names[x & 1][0];
    return x;
}
int (*const a_calls[])(int) = {a_run, b_step};

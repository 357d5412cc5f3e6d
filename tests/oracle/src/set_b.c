// SPDX-License-Identifier: BSD-2-Clause
extern int a_run(int);
extern int a_count;
extern int c_limit;
static int depth;

__attribute__((weak)) int b_step(int x)
{
    if (depth++ < 3)
        a_count += a_run(x);
    return x < c_limit ? 3 : 1;
}
int *const b_where[] = {&a_count, &depth, &c_limit};

// SPDX-License-Identifier: BSD-2-Clause
extern int a_run(int), b_step(int);
extern int (*const a_calls[])(int);
int c_limit = 100;
const char *const c_names[] = {"c", "d"};

int c_main(void)
{
    return a_calls[1](c_limit) + a_run(2) + b_step(3);
}

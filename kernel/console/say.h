// SPDX-License-Identifier: BSD-2-Clause
// Printing of diagnostics (btl/diag.h).
#ifndef KERNEL_SAY_H
#define KERNEL_SAY_H

#include <btl/diag.h>

// Print a list on the console, and in the log at the level of each; or in the log alone.
void diags_show(const struct btl_diags *diags, bool in_log_alone);

// Print a diagnostic about no module: kernel_say(BTL_RUN_STATE_WRITE, BTL_ARG_Z("BtlGood"), …).
// Allocates nothing.
#define kernel_say(code, ...)                                                                      \
    say_one((code), (struct btl_arg[]){{0}, __VA_ARGS__} + 1,                                      \
            BTL_COUNT(((struct btl_arg[]){{0}, __VA_ARGS__})) - 1)
void say_one(enum btl_code code, const struct btl_arg *args, size_t count);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's checks of itself on the machine it runs on.
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <btl/types.h>

// Prints a line "BTL-REPORT check NAME ok|failed detail" for each; returns how many failed.
uint32_t selftest_run(void);

#endif

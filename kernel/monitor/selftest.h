// SPDX-License-Identifier: BSD-2-Clause
// The kernel's checks of itself on the machine that it runs on.
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <btl/types.h>

// Print a line "BTL-REPORT check NAME ok|failed detail" for each check; return how many failed.
uint32_t selftest_run(void);

#endif

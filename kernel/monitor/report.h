// SPDX-License-Identifier: BSD-2-Clause
// The boot report: lines for a program to read, each beginning with "BTL-REPORT ".
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include <btl/types.h>

// Print a line for each module, one for memory, and the last line. True: every required module was
// loaded, the boot is not given up, and no check failed.
bool report_print(uint32_t checks_failed);
// List the modules that did not load, for a person.
void report_failures(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#ifndef KERNEL_JUDGE_H
#define KERNEL_JUDGE_H

// Judge what the modules that failed mean for the boot: it goes on, is given up, or stops, in the
// rescue monitor or by a reset. Once virtual memory is up.
void boot_judge(void);

#endif

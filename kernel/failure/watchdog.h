// SPDX-License-Identifier: BSD-2-Clause
// boot_timeout: a boot that takes too long, or hangs, is a panic. The watchdog runs from the
// kernel's first steps until the kernel is up.
#ifndef KERNEL_WATCHDOG_H
#define KERNEL_WATCHDOG_H

void watchdog_start(void);      // if the manifest has a timeout
void watchdog_time_panic(void); // set the time limit of a panic
void watchdog_stop(void);

#endif

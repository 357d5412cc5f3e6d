// SPDX-License-Identifier: BSD-2-Clause
// boot_timeout: a boot that takes too long, or hangs, is a panic. From the kernel's first steps
// until it is up.
#ifndef KERNEL_WATCHDOG_H
#define KERNEL_WATCHDOG_H

void watchdog_start(void);      // when the manifest asks for it
void watchdog_time_panic(void); // a panic begins, and gets some time of its own
void watchdog_stop(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The machine's own watchdog, which the loader has armed (watchdog in loader.conf).
#ifndef KERNEL_HARDWARE_H
#define KERNEL_HARDWARE_H

// Stop it, if it runs: the boot is complete.
void hardware_watchdog_stop(void);

#endif

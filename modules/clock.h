// SPDX-License-Identifier: BSD-2-Clause
// Interface clock:1.0: nanoseconds of a calibrated time stamp counter.
#ifndef BTL_MODULES_CLOCK_H
#define BTL_MODULES_CLOCK_H

#include <btl/types.h>

uint64_t clock_ns(void);      // since the module was loaded; monotonic
uint64_t clock_hz(void);      // rate of the time stamp counter
void clock_wait(uint64_t ns); // spins

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Interface rtc:1.0.
#ifndef BTL_MODULES_RTC_H
#define BTL_MODULES_RTC_H

#include <btl/types.h>

uint64_t rtc_seconds(void); // since 1970-01-01 00:00:00 UTC

#endif

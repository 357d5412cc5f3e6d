// SPDX-License-Identifier: BSD-2-Clause
// The watchdog of this machine, which /btl/init has started.
#ifndef BTL_HOST_WATCHDOG_H
#define BTL_HOST_WATCHDOG_H

#include "host.h"

// Stop the watchdog if it runs and no program serves it: it would reset a machine whose boot is
// complete. A failure is reported as a warning.
void watchdog_release(struct host *host);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The watchdog as Linux shows it (Documentation/watchdog/watchdog-api.rst).
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/dev/watchdog"
#define STATE  "/sys/class/watchdog/watchdog0/state"

// A kernel without this file has no watchdog that runs, or does not say so. The device is not
// opened then: that would start it.
static bool watchdog_runs(void)
{
    char state[6];
    int file = open(STATE, O_RDONLY | O_CLOEXEC);
    bool runs = file >= 0 && read(file, state, sizeof(state)) == (ssize_t)sizeof(state) &&
                memcmp(state, "active", sizeof(state)) == 0;
    if (file >= 0)
        close(file);
    return runs;
}

static void watchdog_report(struct host *host, const char *reason)
{
    btl_report(&host->diags, BTL_HOST_WATCHDOG_STAYS, (struct btl_place){.file = BTL_STR(DEVICE)},
               BTL_ARG_Z(reason));
}

void watchdog_release(struct host *host)
{
    if (!watchdog_runs())
        return;
    int file = open(DEVICE, O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        if (errno != EBUSY) // then a program serves it
            watchdog_report(host, strerror(errno));
        return;
    }
    bool written = write(file, "V", 1) == 1; // the letter permits the stop
    close(file);
    if (!written || watchdog_runs())
        watchdog_report(host, "its driver does not stop it");
}

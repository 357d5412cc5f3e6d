// SPDX-License-Identifier: BSD-2-Clause
// Capture the console from phase 1 on; the monitor command `earlylog` shows it. The module stands
// first in loader.conf to capture the output of the other phase-1 modules.
#include <btl/module.h>

#include "ring.h"

#define TUNABLES(x)                                                                                \
    BTL_TUNABLE_INT(x, size, 64 << 10, 4 << 10, 512 << 10, "bytes kept, a power of two")
BTL_TUNABLE_LIST(TUNABLES);

static struct ring *log;

static void earlylog_capture(const char *text, size_t len)
{
    ring_put(log, text, len);
}

// Fix the end before the first line: output of this command is captured too.
static void earlylog_print(int argc, char **argv)
{
    char piece[128];
    uint64_t end = ring_end(log), at = ring_start(log);
    if (at > 0)
        kprintf("[%lu bytes were dropped; raise earlylog.size]\n", at);
    while (at < end) {
        size_t want = end - at < sizeof(piece) ? end - at : sizeof(piece);
        size_t count = ring_read(log, at, piece, want);
        kprintf("%.*s", (int)count, piece);
        at += count;
    }
}

static int earlylog_load(const struct btl_load_args *args)
{
    if (!btl_is_power_of_two((uint64_t)size)) {
        kprintf("earlylog: earlylog.size=%ld is not a power of two\n", (long)size);
        return BTL_EINVAL;
    }
    log = ring_new((size_t)size);
    if (log == NULL) {
        kprintf("earlylog: no memory for %ld bytes; set earlylog.size to less\n", (long)size);
        return BTL_ENOMEM;
    }
    int error = console_capture(earlylog_capture);
    if (error != 0) {
        ring_free(log);
        return error;
    }
    error =
        monitor_add_with("earlylog", "", "what the console showed since phase 1", earlylog_print);
    if (error != 0) {
        console_release(earlylog_capture);
        ring_free(log);
        return error;
    }
    kprintf("earlylog: capturing the console\n");
    return 0;
}

static int earlylog_unload(void)
{
    monitor_remove("earlylog");
    console_release(earlylog_capture);
    ring_free(log);
    return 0;
}

BTL_MODULE("earlylog", .load = earlylog_load, .unload = earlylog_unload,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("captures the console before anything else");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.4");
BTL_NEEDS("ring:1.0");
BTL_DEPENDS("ring");

// SPDX-License-Identifier: BSD-2-Clause
// What the loader handed over: the manifest, checked once and then trusted, and the options.
#ifndef KERNEL_HANDOFF_H
#define KERNEL_HANDOFF_H

#include <btl/manifest.h>

// Checks the manifest and adopts it. A bad one: every reason is printed, and the machine stops.
void handoff_adopt(const void *manifest);
// Checks one and adopts nothing; for what is needed earlier. False: it is bad.
bool handoff_peek(const void *manifest, struct btl_manifest *ret);
bool handoff_ready(void);
const struct btl_manifest *handoff_manifest(void);
// Is the checksum still right, are the tables?
bool handoff_still_valid(void);

// kernel_options of loader.conf: blank-separated words.
struct options {
    bool autotest;       // run the checks, print the report, power off
    bool report;         // print the report, power off
    bool boot_ok;        // say boot-ok when all went well
    bool serial, screen; // console=com1, console=screen; both are on when neither is named
};
extern struct options options;
void options_parse(void);
// Nobody is at the terminal: report, then power off with an exit status.
static inline bool options_unattended(void)
{
    return options.autotest || options.report;
}

#endif

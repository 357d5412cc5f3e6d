// SPDX-License-Identifier: BSD-2-Clause
// The hand-off of the loader: the manifest, checked once and then trusted, and kernel_options.
#ifndef KERNEL_HANDOFF_H
#define KERNEL_HANDOFF_H

#include <btl/manifest.h>

// Check the manifest and adopt it. If it is invalid, print every reason and stop the machine.
void handoff_adopt(const void *manifest);
// Check a manifest without adopting it, for code that runs earlier. False: it is invalid.
bool handoff_peek(const void *manifest, struct btl_manifest *ret);
bool handoff_ready(void);
const struct btl_manifest *handoff_manifest(void);
// Check the adopted manifest again.
bool handoff_still_valid(void);

// kernel_options of loader.conf: blank-separated words.
struct options {
    bool autotest;       // run the checks, print the report, power off
    bool report;         // print the report, power off
    bool boot_ok;        // boot-ok after a good boot
    bool serial, screen; // console=com1, console=screen; both are on when neither is named
};
extern struct options options;
void options_parse(void);
// Does the boot end with a report and an exit status in place of the monitor?
static inline bool options_unattended(void)
{
    return options.autotest || options.report;
}

#endif

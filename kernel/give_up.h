// SPDX-License-Identifier: BSD-2-Clause
// The end of a boot that is not worth going on with, for the sake of the last good configuration.
#ifndef KERNEL_GIVE_UP_H
#define KERNEL_GIVE_UP_H

#include <btl/types.h>

// Is there a last good configuration, which the loader would boot instead?
bool boot_can_fall_back(void);
// Once virtual memory is up: takes what giving up needs, so that it need not be taken in a panic.
void boot_give_up_prepare(void);
// Records why (lines; what is too long loses its beginning) and resets. Returns when there is nothing
// to fall back to, and when the next boot would be this one again: nothing could be recorded, and no
// tries are counted. Then boot_can_fall_back() is false from now on.
void boot_give_up(struct btl_str text);
// Without the firmware and without a record: a trial that is counted needs no more. Else returns.
void boot_reset_counted(void);
// What modules that failed mean for the boot: it goes on, is given up, or stops, in the rescue monitor
// or by a reset. Once virtual memory is up.
void boot_judge(void);

#endif

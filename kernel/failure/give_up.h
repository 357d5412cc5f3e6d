// SPDX-License-Identifier: BSD-2-Clause
// The end of a boot that is not worth going on with, for the sake of the last good configuration.
#ifndef KERNEL_GIVE_UP_H
#define KERNEL_GIVE_UP_H

#include <btl/types.h>

// Is there a last good configuration, which the loader would boot instead?
bool boot_can_fall_back(void);
// Once virtual memory is up: takes what giving up needs, so that it need not be taken in a panic.
void boot_give_up_prepare(void);
// Records why (lines; what is too long loses its beginning) and resets. Returns when there is
// nothing to fall back to, and when the next boot would be this one again: nothing could be
// recorded, and no tries are counted. Then boot_can_fall_back() is false from now on.
void boot_give_up(struct btl_str text);
// The two halves of it. The first: false when it is not recorded.
bool boot_give_up_record(struct btl_str text);
void boot_give_up_reset(bool recorded);
// A failure in giving up: resets without the firmware. Returns when there is nothing to fall back
// to and no tries are counted.
void boot_reset_failed(void);

#endif

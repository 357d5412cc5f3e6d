// SPDX-License-Identifier: BSD-2-Clause
// Giving up a boot, so that the loader boots the last good configuration.
#ifndef KERNEL_GIVE_UP_H
#define KERNEL_GIVE_UP_H

#include <btl/types.h>

// Is there a last good configuration that the loader would boot instead?
bool boot_can_fall_back(void);
// Begin virtual memory, unless it has begun: the firmware is called in an address space of the
// kernel's own, which a panic in phase 1 has to create.
void boot_start_vm(void);
// Allocate what giving up needs, once virtual memory is up, so that a panic need not allocate.
void boot_give_up_prepare(void);
// Record the reason (lines; a long text loses its beginning) and reset. Returns when there is no
// fallback, or when the next boot would be this one again because nothing could be recorded and no
// tries are counted. Then boot_can_fall_back() is false from now on.
void boot_give_up(struct btl_str text);
// The two halves of boot_give_up(). The first returns false when the reason is not recorded.
bool boot_give_up_record(struct btl_str text);
void boot_give_up_reset(bool recorded);
// After a failure in giving up: reset without the firmware. Returns when there is no fallback and
// no tries are counted.
void boot_reset_failed(void);

#endif

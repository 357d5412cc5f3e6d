// SPDX-License-Identifier: BSD-2-Clause
// The events of the boot with their times. The loader's are in the manifest, the kernel's in a list
// here.
#ifndef KERNEL_TIMELINE_H
#define KERNEL_TIMELINE_H

#include <btl/manifest.h>

uint64_t timeline_now(void); // nanoseconds since the loader started; 0 when the rate is unknown
// Begin an event; return the argument of timeline_end(). `module` is an id or BTL_NONE. Events are
// in the order of their beginnings, as in the manifest.
uint64_t timeline_begin(enum btlm_event_kind kind, uint32_t module);
void timeline_end(uint64_t event, uint64_t bytes);
// Return the number of the kernel's events, and the first. They move when one is added.
size_t timeline_events(const struct btlm_event **ret_events);
void timeline_print(struct btl_out *out);

#endif

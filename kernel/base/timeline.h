// SPDX-License-Identifier: BSD-2-Clause
// When what happened: the loader's events stand in the manifest, the kernel's in a list of its own.
#ifndef KERNEL_TIMELINE_H
#define KERNEL_TIMELINE_H

#include <btl/manifest.h>

uint64_t timeline_now(void); // nanoseconds since the loader started; 0 when the rate is unknown
// An event begins now; returns what ends it. `module` is an id or BTL_NONE. Events stand in the
// order of their beginnings, as in the manifest.
uint64_t timeline_begin(enum btlm_event_kind kind, uint32_t module);
void timeline_end(uint64_t event, uint64_t bytes);
void timeline_print(struct btl_out *out);

#endif

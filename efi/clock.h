// SPDX-License-Identifier: BSD-2-Clause
// Time since the loader started, and what it was spent on.
#ifndef BTL_EFI_CLOCK_H
#define BTL_EFI_CLOCK_H

#include <btl/manifest.h>

#include "firmware.h"

struct clock {
    struct firmware *fw;
    uint64_t zero; // counter value at time 0
    uint64_t rate; // per second; 0: unknown, then time stands still
};

// Takes the rate that the processor states, or measures it once against the firmware's stall.
void clock_begin(struct clock *clock, struct firmware *fw);
uint64_t clock_now(const struct clock *clock); // nanoseconds

// The events of the manifest, ascending by start because they are entered when they begin.
struct timeline {
    const struct clock *clock;
    struct btl_arena *arena;
    struct btlm_event *events;
    uint64_t count, capacity;
};

// Gives the event's number, or BTL_NONE when there is no memory; event_end accepts that.
uint32_t event_begin(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module);
// One that has begun before: not before those that are there.
uint32_t event_begin_at(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module,
                        uint64_t start);
// Returns how long it took, in nanoseconds.
uint64_t event_end(struct timeline *timeline, uint32_t event, uint64_t bytes);

#endif

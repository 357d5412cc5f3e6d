// SPDX-License-Identifier: BSD-2-Clause
// Time since the start of the loader, and the timeline of events.
#ifndef BTL_EFI_CLOCK_H
#define BTL_EFI_CLOCK_H

#include <btl/fadt.h>
#include <btl/manifest.h>

#include "firmware.h"

// The counter of the processor and ACPI's timer at one moment.
struct clock_pair {
    uint64_t ticks;
    uint32_t count;
};

struct clock {
    struct firmware *fw;
    uint64_t zero; // counter value at time 0
    uint64_t rate; // per second; 0: unknown, then time stands still
    bool timed;    // `rate` was measured by ACPI's timer, from `first` on
    struct btl_fadt_timer timer;
    struct clock_pair first;
};

// Start the clock with the rate that the processor or the firmware states; if there is none,
// measure it with ACPI's timer, and if there is none, with the firmware's stall.
void clock_begin(struct clock *clock, struct firmware *fw);
// Return the rate. One that was measured is measured again, over the whole time since then.
uint64_t clock_rate(const struct clock *clock);
uint64_t clock_now(const struct clock *clock); // nanoseconds

// The events of the manifest. The manifest's writer sorts them.
struct timeline {
    const struct clock *clock;
    struct btl_arena *arena;
    struct btlm_event *events;
    uint64_t count, capacity;
};

// Begin an event and return its number. BTL_NONE: no memory; event_end() accepts it.
uint32_t event_begin(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module);
uint32_t event_begin_at(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module,
                        uint64_t start);
// Add an event that has ended.
uint32_t event_add(struct timeline *timeline, struct btlm_event event);
// End an event and return its duration in nanoseconds.
uint64_t event_end(struct timeline *timeline, uint32_t event, uint64_t bytes);
bool timeline_has(const struct timeline *timeline, enum btlm_event_kind kind, uint64_t start);
// Keep the events of earlier attempts, except those of modules, whose indices are of another plan:
// the read of a cached file is noted again, with its time. The numbers of events change.
void timeline_next_attempt(struct timeline *timeline);

#endif

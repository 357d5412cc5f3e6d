// SPDX-License-Identifier: BSD-2-Clause
// Clock and timeline.
#include "clock.h"

#define MEASURE_US    1000
#define MEASURE_TIMES 3
#define RATE_MAX      10000000000ull // ticks per second; more is nonsense

// Measure several times and use the shortest: a disturbance (an SMI, a hypervisor) only makes a
// measurement longer.
static uint64_t clock_measure(struct firmware *fw)
{
    uint64_t shortest = UINT64_MAX, rate;
    for (int i = 0; i < MEASURE_TIMES; i++) {
        uint64_t before = fw->ticks(fw);
        fw->stall(fw, MEASURE_US);
        uint64_t passed = fw->ticks(fw) - before;
        shortest = passed < shortest ? passed : shortest;
    }
    return btl_mul(shortest, 1000000 / MEASURE_US, &rate) ? rate : 0;
}

void clock_begin(struct clock *clock, struct firmware *fw)
{
    clock->fw = fw;
    clock->rate = fw->ticks_per_second(fw);
    if (clock->rate == 0 || clock->rate > RATE_MAX)
        clock->rate = clock_measure(fw);
    if (clock->rate > RATE_MAX)
        clock->rate = 0;
    clock->zero = fw->ticks(fw);
}

uint64_t clock_now(const struct clock *clock)
{
    uint64_t now = clock->fw->ticks(clock->fw), ticks = now - clock->zero;
    if (clock->rate == 0 || now < clock->zero)
        return 0;
    // In two parts, because ticks * 10^9 overflows 64 bits after seconds. rate * 10^9 does not.
    uint64_t seconds = ticks / clock->rate, rest = ticks % clock->rate;
    return seconds * 1000000000 + rest * 1000000000 / clock->rate;
}

uint32_t event_begin(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module)
{
    return event_begin_at(timeline, kind, module, clock_now(timeline->clock));
}

uint32_t event_begin_at(struct timeline *timeline, enum btlm_event_kind kind, uint32_t module,
                        uint64_t start)
{
    return event_add(timeline, (struct btlm_event){
                                   .start = start, .end = start, .kind = kind, .module = module});
}

uint32_t event_add(struct timeline *timeline, struct btlm_event event)
{
    if (!BTL_RESERVE(timeline->arena, timeline->events, timeline->count, 1, timeline->capacity))
        return BTL_NONE;
    timeline->events[timeline->count] = event;
    return (uint32_t)timeline->count++;
}

uint64_t event_end(struct timeline *timeline, uint32_t event, uint64_t bytes)
{
    if (event == BTL_NONE)
        return 0;
    struct btlm_event *ended = &timeline->events[event];
    uint64_t now = clock_now(timeline->clock);
    // A counter may be reset or wrap. The manifest allows no event that ends before it begins.
    ended->end = now < ended->start ? ended->start : now;
    ended->bytes = bytes;
    return ended->end - ended->start;
}

bool timeline_has(const struct timeline *timeline, enum btlm_event_kind kind, uint64_t start)
{
    for (uint64_t i = 0; i < timeline->count; i++) {
        if (timeline->events[i].kind == kind && timeline->events[i].start == start)
            return true;
    }
    return false;
}

void timeline_next_attempt(struct timeline *timeline)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < timeline->count; i++) {
        const struct btlm_event event = timeline->events[i];
        if (event.module == BTL_NONE && event.kind != BTLM_EVENT_EXIT &&
            event.kind != BTLM_EVENT_SAVED)
            timeline->events[kept++] = event;
    }
    timeline->count = kept;
}

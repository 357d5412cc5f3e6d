// SPDX-License-Identifier: BSD-2-Clause
// Clock and timeline.
#include "clock.h"

#define MEASURE_US    1000
#define MEASURE_TIMES 3
#define RATE_MAX      10000000000ull // ticks per second; more is nonsense
#define TIMER_WAIT    360u           // ticks of ACPI's timer: 100 us
#define TIMER_READS   10000          // a timer that counts has passed them earlier
#define TIMER_SECONDS 100            // so long is its count unambiguous: see clock_rate()

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

// Read both counters at one moment: of several reads, the one that took the shortest time.
static bool clock_read_pair(const struct clock *clock, struct clock_pair *ret_pair)
{
    struct firmware *fw = clock->fw;
    uint64_t shortest = UINT64_MAX;
    for (int i = 0; i < MEASURE_TIMES; i++) {
        uint32_t count;
        uint64_t before = fw->ticks(fw);
        if (fw->register_read(fw, FW_SPACE_IO, clock->timer.port, 4, &count) != FW_SUCCESS)
            return false;
        uint64_t passed = fw->ticks(fw) - before;
        if (passed >= shortest)
            continue;
        shortest = passed;
        *ret_pair = (struct clock_pair){before + passed / 2, count & clock->timer.mask};
    }
    return shortest != UINT64_MAX;
}

static uint32_t clock_timer_passed(const struct clock *clock, const struct clock_pair *pair)
{
    return (pair->count - clock->first.count) & clock->timer.mask;
}

// Hold the counter against ACPI's timer for a short time. 0: there is no timer, or it stands still.
static uint64_t clock_measure_by_timer(struct clock *clock)
{
    struct clock_pair pair;
    uint64_t ticks;
    if (btl_fadt_read(clock->fw->acpi_table(clock->fw, "FACP"), &clock->timer) != NULL ||
        !clock_read_pair(clock, &clock->first))
        return 0;
    for (int reads = 0; reads < TIMER_READS; reads++) {
        if (!clock_read_pair(clock, &pair))
            return 0;
        uint32_t passed = clock_timer_passed(clock, &pair);
        if (passed >= TIMER_WAIT)
            return btl_mul(pair.ticks - clock->first.ticks, BTL_FADT_TIMER_RATE, &ticks)
                       ? ticks / passed
                       : 0;
    }
    return 0;
}

static bool clock_rate_is_good(uint64_t rate)
{
    return rate != 0 && rate <= RATE_MAX;
}

void clock_begin(struct clock *clock, struct firmware *fw)
{
    *clock = (struct clock){.fw = fw, .rate = fw->ticks_per_second(fw)};
    if (!clock_rate_is_good(clock->rate)) {
        clock->rate = clock_measure_by_timer(clock);
        clock->timed = clock_rate_is_good(clock->rate);
        if (!clock->timed)
            clock->rate = clock_measure(fw);
    }
    if (clock->rate > RATE_MAX)
        clock->rate = 0;
    clock->zero = fw->ticks(fw);
}

// The timer has wrapped as often as the first measurement says, which is right to 1 in 50: within
// TIMER_SECONDS this leaves less than half a wrap open.
uint64_t clock_rate(const struct clock *clock)
{
    struct clock_pair now;
    if (!clock->timed || !clock_read_pair(clock, &now))
        return clock->rate;
    uint64_t ticks = now.ticks - clock->first.ticks;
    if (ticks / TIMER_SECONDS >= clock->rate)
        return clock->rate;
    uint64_t expected = ticks / clock->rate * BTL_FADT_TIMER_RATE +
                        ticks % clock->rate * BTL_FADT_TIMER_RATE / clock->rate;
    uint64_t wrap = (uint64_t)clock->timer.mask + 1, passed = clock_timer_passed(clock, &now);
    if (expected > passed)
        passed += (expected - passed + wrap / 2) / wrap * wrap;
    uint64_t rate = passed != 0 ? ticks * BTL_FADT_TIMER_RATE / passed : 0;
    uint64_t apart = rate > clock->rate ? rate - clock->rate : clock->rate - rate;
    return apart < clock->rate / 50 ? rate : clock->rate;
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

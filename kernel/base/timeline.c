// SPDX-License-Identifier: BSD-2-Clause
#include "base/timeline.h"

#include "base/arena.h"
#include "base/handoff.h"

#include <btl/kernel.h>

static struct heap_arena heap; // of `events`
static struct btlm_event *events;
static size_t event_count, capacity;
static uint64_t lost;

uint64_t timeline_now(void)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());
    uint64_t rate = system->ticks_per_second, ticks = time_ticks() - system->ticks_at_zero;

    if (rate == 0)
        return 0;
    return ticks / rate * 1000000000u + ticks % rate * 1000000000u / rate;
}

uint64_t timeline_begin(enum btlm_event_kind kind, uint32_t module)
{
    if (capacity == 0)
        heap_arena_init(&heap);
    if (!BTL_RESERVE(&heap.arena, events, event_count, 1, capacity)) {
        lost++;
        return UINT64_MAX;
    }
    events[event_count] =
        (struct btlm_event){.start = timeline_now(), .kind = kind, .module = module};
    return event_count++;
}

void timeline_end(uint64_t event, uint64_t bytes)
{
    if (event >= event_count)
        return;
    events[event].end = timeline_now();
    events[event].bytes = bytes;
}

size_t timeline_events(const struct btlm_event **ret_events)
{
    *ret_events = events;
    return event_count;
}

static void timeline_print_event(struct btl_out *out, const struct btlm_event *event)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t length = event->end > event->start ? event->end - event->start : 0;
    struct btl_str name = BTL_STR("");

    if (event->module < btl_manifest_count(manifest, BTLM_MODULES))
        name = btl_manifest_str(manifest, btl_manifest_module(manifest, event->module)->name);
    btl_format(out, "%10lu us %10lu us  %-14s %pS\n", (event->start / 1000), (length / 1000),
               btlm_event_name(event->kind), &name);
}

void timeline_print(struct btl_out *out)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_EVENTS);

    btl_format(out, "        start        length  event\n");
    for (uint64_t i = 0; i < count; i++)
        timeline_print_event(out, btl_manifest_entry(manifest, BTLM_EVENTS, i));
    for (uint64_t i = 0; i < event_count; i++)
        timeline_print_event(out, &events[i]);
    if (lost > 0)
        btl_format(out, "%lu later events were dropped: out of memory\n", lost);
}

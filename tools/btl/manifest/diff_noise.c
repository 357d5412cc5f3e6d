// SPDX-License-Identifier: BSD-2-Clause
// What differs a little between any two boots: single ranges of memory, and times.
#include <btl/symtab.h>

#include "diff.h"
#include "words.h"

static struct lines range_lines(struct diff *d, const struct btl_manifest *m)
{
    uint64_t count = btl_manifest_count(m, BTLM_MEMORY);
    struct lines lines = {.line = MEMORY_ARRAY(d->host->arena, struct btl_str, count)};
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(m, BTLM_MEMORY, i);
        lines.line[lines.count++] =
            memory_text(d->host->arena, "%013lx-%013lx %s", range->start,
                        (range->start + range->size), btlm_memory_name(range->type));
    }
    return lines;
}

void diff_ranges(struct diff *d)
{
    struct lines a = range_lines(d, d->a), b = range_lines(d, d->b);
    d->heading = "Memory, by range";
    diff_lines(d, &a, &b, false);
}

// What a busy machine adds to a step.
#define NOISE_NS   1000000
#define NOISE_PART 4 // of the longer time

static bool is_noise(uint64_t a, uint64_t b)
{
    uint64_t difference = a > b ? a - b : b - a, longer = a > b ? a : b;
    return difference < NOISE_NS || difference < longer / NOISE_PART;
}

// Event and module as one name, by which the events of two boots are matched.
static struct btl_str event_name(struct diff *d, const struct btl_manifest *m,
                                 const struct btlm_event *event)
{
    struct btl_str module = diff_owner(d, m, event->module);
    return memory_text(d->host->arena, "%s%s%pS", btlm_event_name(event->kind),
                       module.len > 0 ? " " : "", &module);
}

void diff_timings(struct diff *d)
{
    struct btl_symtab events;
    uint64_t count = btl_manifest_count(d->a, BTLM_EVENTS);
    if (!btl_symtab_init(&events, count, d->host->arena))
        return;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_event *event = btl_manifest_entry(d->a, BTLM_EVENTS, i);
        btl_symtab_add(&events, event_name(d, d->a, event), event->end - event->start, 0, NULL);
    }
    d->heading = "Times that differ by more than 1 ms and by more than a quarter";
    for (uint64_t i = 0; i < btl_manifest_count(d->b, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(d->b, BTLM_EVENTS, i);
        struct btl_str name = event_name(d, d->b, event);
        const struct btl_export *found = btl_symtab_find(&events, name);
        char a[WORDS_TIME_SIZE], b[WORDS_TIME_SIZE];
        if (found == NULL || is_noise(found->value, event->end - event->start))
            continue;
        diff_headings(d);
        btl_format(d->out, "    %-24pS %s -> %s\n", &name, words_time(found->value, a),
                   words_time(event->end - event->start, b));
    }
}

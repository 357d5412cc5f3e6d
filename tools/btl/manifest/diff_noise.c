// SPDX-License-Identifier: BSD-2-Clause
// What differs between any two boots a little: single ranges of memory, and times.
#include <btl/symtab.h>

#include "diff.h"
#include "words.h"

static struct lines ranges(struct diff *d, const struct btl_manifest *m)
{
    uint64_t count = btl_manifest_count(m, BTLM_MEMORY);
    struct lines lines = {.line = MEMORY_ARRAY(d->host->arena, struct btl_str, count)};
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *at = btl_manifest_entry(m, BTLM_MEMORY, i);
        lines.line[lines.count++] = memory_text(d->host->arena, "%013lx-%013lx %s", at->start,
                                                (at->start + at->size), btlm_memory_name(at->type));
    }
    return lines;
}

void diff_ranges(struct diff *d)
{
    struct lines a = ranges(d, d->a), b = ranges(d, d->b);
    d->heading = "Memory, by range";
    diff_lines(d, &a, &b, false);
}

// What a busy machine adds to a step anyway.
#define NOISE_NS   1000000
#define NOISE_PART 4 // of the longer time

static bool is_noise(uint64_t a, uint64_t b)
{
    uint64_t apart = a > b ? a - b : b - a, longer = a > b ? a : b;
    return apart < NOISE_NS || apart < longer / NOISE_PART;
}

// Event and module as one name, so that both boots' can be brought together.
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
        const struct btlm_event *at = btl_manifest_entry(d->a, BTLM_EVENTS, i);
        btl_symtab_add(&events, event_name(d, d->a, at), at->end - at->start, 0, NULL);
    }
    d->heading = "Times that differ by more than 1 ms and by more than a quarter";
    for (uint64_t i = 0; i < btl_manifest_count(d->b, BTLM_EVENTS); i++) {
        const struct btlm_event *at = btl_manifest_entry(d->b, BTLM_EVENTS, i);
        struct btl_str name = event_name(d, d->b, at);
        const struct btl_export *found = btl_symtab_find(&events, name);
        char a[TIME_TEXT], b[TIME_TEXT];
        if (found == NULL || is_noise(found->value, at->end - at->start))
            continue;
        diff_headings(d);
        btl_format(d->out, "    %-24pS %s -> %s\n", &name, words_time(found->value, a),
                   words_time(at->end - at->start, b));
    }
}

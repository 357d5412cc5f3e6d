// SPDX-License-Identifier: BSD-2-Clause
// The last changes of a written manifest, after ExitBootServices: no allocation, no failure.
#include "manifest_kinds.h"

#include <btl/hash.h>
#include <btl/manifest_writer.h>
#include <btl/mem.h>

static struct btlm_table *manifest_find_table(uint8_t *memory, enum btlm_kind kind)
{
    const struct btlm_header *header = (const void *)memory;
    struct btlm_table *table = (void *)(memory + header->directory);
    while (table->kind != kind) // the writer writes every kind
        table++;
    return table;
}

struct btlm_memory *btl_manifest_memory(uint8_t *memory)
{
    return (void *)(memory + manifest_find_table(memory, BTLM_MEMORY)->offset);
}

static void seal_end(struct btlm_event *event, uint64_t end)
{
    event->end = end < event->start ? event->start : end;
}

// The last event is that of the step which seals, if this step has one.
static void seal_events(uint8_t *memory, uint64_t last_start, uint64_t end)
{
    const struct btlm_table *table = manifest_find_table(memory, BTLM_EVENTS);
    struct btlm_event *events = (void *)(memory + table->offset);
    uint64_t i = table->count, written = end;
    if (i > 0 &&
        (events[i - 1].kind == BTLM_EVENT_EXIT || events[i - 1].kind == BTLM_EVENT_SAVED)) {
        events[--i].start = written = last_start;
        seal_end(&events[i], end);
    }
    bool last = true; // earlier manifests are those of earlier attempts
    while (i-- > 0) {
        if (events[i].kind == BTLM_EVENT_LOADER)
            seal_end(&events[i], end);
        if (events[i].kind == BTLM_EVENT_MANIFEST && last) {
            seal_end(&events[i], written);
            last = false;
        }
    }
}

void btl_manifest_seal(uint8_t *memory, uint64_t memory_count, uint64_t last_start, uint64_t end)
{
    struct btlm_header *header = (void *)memory;
    struct btlm_table *map = manifest_find_table(memory, BTLM_MEMORY);
    uint64_t capacity = (header->total_size - map->offset) / sizeof(struct btlm_memory);
    map->count = memory_count < capacity ? memory_count : capacity;
    seal_events(memory, last_start, end);
    header->checksum = btlm_checksum((struct btl_bytes){memory, header->total_size});
}

static struct btlm_system *seal_system(uint8_t *memory)
{
    return (void *)(memory + manifest_find_table(memory, BTLM_SYSTEM)->offset);
}

void btl_manifest_clear_seed(uint8_t *memory)
{
    struct btlm_system *system = seal_system(memory);
    system->seed_size = 0;
    memset(system->seed, 0, sizeof(system->seed));
}

// The CRC of the whole is the one of the manifest without a seed: BtlRun names the boot by it, for
// a program that has the saved file.
void btl_manifest_set_seed(uint8_t *memory, const uint8_t seed[BTL_AT_LEAST(BTLM_SEED_MAX)])
{
    static const uint8_t zero[4];
    const struct btlm_header *header = (const void *)memory;
    struct btlm_system *system = seal_system(memory);
    uint8_t *last = system->seed + sizeof(system->seed) - sizeof(zero), *rest = last + sizeof(zero);
    system->seed_size = sizeof(system->seed);
    memcpy(system->seed, seed, sizeof(system->seed));
    uint32_t before = btlm_checksum((struct btl_bytes){memory, (size_t)(last - memory)});
    uint32_t after = btl_crc32_before(
        header->checksum, (struct btl_bytes){rest, (size_t)(memory + header->total_size - rest)});
    uint32_t needed = before ^ btl_crc32_before(after, (struct btl_bytes){zero, sizeof(zero)});
    for (size_t i = 0; i < sizeof(zero); i++)
        last[i] = (uint8_t)(needed >> 8 * i);
}

// SPDX-License-Identifier: BSD-2-Clause
// A longer copy of the manifest: the tables EVENTS and LOG lie at its end, with the kernel's part.
#include "run.h"

#include <string.h>

#include <btl/hash.h>

#include "memory.h"
#include "variables/variables.h"

struct merge {
    struct btl_arena *arena;
    const struct btl_manifest *from;
    uint8_t *bytes;
    uint64_t size;
};

static struct btlm_table *merge_table(const struct merge *merge, enum btlm_kind kind)
{
    const struct btlm_header *header = (const void *)merge->bytes;
    struct btlm_table *table = (void *)(merge->bytes + header->directory);
    for (uint32_t i = 0; i < header->table_count; i++)
        if (table[i].kind == kind)
            return &table[i];
    return NULL;
}

// Begin a table at the end of the copy, with the entries that it has.
static void merge_begin(struct merge *merge, enum btlm_kind kind, size_t entry_size)
{
    struct btlm_table *table = merge_table(merge, kind);
    merge->size = (merge->size + 7) & ~7ull;
    uint64_t start = merge->size;
    for (uint64_t i = 0; i < table->count; i++) {
        memcpy(merge->bytes + merge->size, merge->bytes + table->offset + i * table->entry_size,
               entry_size < table->entry_size ? entry_size : table->entry_size);
        merge->size += entry_size;
    }
    table->offset = start;
    table->entry_size = (uint32_t)entry_size;
}

static void merge_append(struct merge *merge, enum btlm_kind kind, const void *entries,
                         uint64_t count)
{
    struct btlm_table *table = merge_table(merge, kind);
    if (count > 0)
        memcpy(merge->bytes + merge->size, entries, count * table->entry_size);
    merge->size += count * table->entry_size;
    table->count += count;
}

static void merge_events(struct merge *merge, const struct btl_run *run)
{
    uint64_t modules = btl_manifest_count(merge->from, BTLM_MODULES);
    merge_begin(merge, BTLM_EVENTS, sizeof(struct btlm_event));
    for (uint32_t i = 0; i < run->event_count; i++) {
        const struct btl_run_event *event = &run->events[i];
        struct btlm_event copy = {.start = event->start * 1000ull,
                                  .end = (event->start + (uint64_t)event->length) * 1000,
                                  .kind = event->kind,
                                  .module = event->module < modules ? event->module : BTL_NONE};
        merge_append(merge, BTLM_EVENTS, &copy, 1);
    }
}

static bool merge_run(struct merge *merge, const struct btl_run *run, struct btl_place place,
                      struct btl_manifest *ret_manifest, struct btl_diags *diags)
{
    struct btl_bytes from = merge->from->bytes;
    uint64_t room = from.size +
                    btl_manifest_count(merge->from, BTLM_EVENTS) * sizeof(struct btlm_event) +
                    btl_manifest_count(merge->from, BTLM_LOG) +
                    BTL_RUN_EVENTS_MAX * sizeof(struct btlm_event) + BTL_RUN_MAX + 128;
    merge->bytes = memory_alloc(merge->arena, room, 1, 8);
    memset(merge->bytes, 0, room);
    memcpy(merge->bytes, from.at, from.size);
    merge->size = from.size;
    if (merge_table(merge, BTLM_EVENTS) != NULL)
        merge_events(merge, run);
    if (run->text.len > 0 && merge_table(merge, BTLM_LOG) != NULL) {
        struct btl_str head = memory_text(merge->arena, "the kernel, recorded at its end (%s):\n",
                                          btl_run_end_name(run->end));
        merge_begin(merge, BTLM_LOG, 1);
        merge_append(merge, BTLM_LOG, head.at, head.len);
        merge_append(merge, BTLM_LOG, run->text.at, run->text.len);
    }
    struct btlm_header *header = (void *)merge->bytes;
    header->total_size = merge->size;
    header->checksum = btl_crc32_of_record((struct btl_bytes){merge->bytes, merge->size},
                                           offsetof(struct btlm_header, checksum));
    return btl_manifest_open((struct btl_bytes){merge->bytes, merge->size}, place, ret_manifest,
                             diags);
}

bool manifest_add_run(const struct manifest_source *source, struct found_manifest *found)
{
    struct host *host = source->host;
    struct variables variables;
    struct btl_run run;
    struct merge merge = {.arena = host->arena, .from = &found->manifest};
    struct btl_manifest merged;
    if (source->efivars == NULL)
        return true;
    struct btl_place place = {.file = btl_str_of(source->efivars)};
    if (!variables_open(host, source->efivars, &variables))
        return false;
    uint32_t checksum = found->manifest.header->checksum;
    const struct btl_diag *before = host->diags.last;
    if (!variables_run(&variables, &run)) {
        if (host->diags.last == before) // a damaged record was reported
            btl_report(&host->diags, BTL_HOST_NO_RUN, place);
    } else if (run.manifest != checksum)
        btl_report(&host->diags, BTL_HOST_RUN_OTHER, place, BTL_HEX(run.manifest),
                   BTL_ARG(found->name), BTL_HEX(checksum));
    else if (merge_run(&merge, &run, (struct btl_place){.file = found->name}, &merged,
                       &host->diags))
        found->manifest = merged;
    variables_close(&variables);
    return true;
}

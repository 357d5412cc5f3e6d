// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as an event log. The events of an accepted log lie inside the log, one behind the
// other, and are replayed and described completely.
#include <stdlib.h>

#include "btl_test.h"
#include <btl/tcg_log.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void walk(const void *bytes, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)bytes)[i];
    sink = sum;
}

static void check_events(const struct btl_tcg_log *log, struct btl_bytes file,
                         struct btl_arena *arena)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < log->event_count; i++) {
        const struct btl_tcg_event *event = &log->events[i];
        require(event->offset >= end && event->data.at >= file.at + event->offset);
        end = (uint64_t)(event->data.at - file.at) + event->data.size;
        require(end <= file.size);
        require(event->type == BTL_TCG_NO_ACTION || event->pcr < BTL_TCG_PCRS);
        require(event->type == BTL_TCG_NO_ACTION || event->sha256 != NULL);
        if (event->sha256 != NULL)
            walk(event->sha256, 32);
        walk(event->data.at, event->data.size);
        struct btl_str text = btl_tcg_event_text(event, arena);
        require(text.at != NULL);
        walk(text.at, text.len);
    }
    require(log->event_count == 0 || end == file.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_tcg_log log;
    uint8_t pcrs[BTL_TCG_PCRS][32];
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes file = test_block(&memory, data, size);
    bool good = btl_tcg_open(file, (struct btl_place){0}, &memory.arena, &log, &diags);
    require(good == (diags.errors == 0) && diags.errors <= 1);
    require(!good || btl_tcg_is_log(file));
    if (good) {
        check_events(&log, file, &memory.arena);
        btl_tcg_replay(&log, pcrs);
        walk(pcrs, sizeof(pcrs));
    }
    test_memory_end(&memory);
    return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of BtlRun.
#include <btl/hash.h>
#include <btl/mem.h>
#include <btl/run_record.h>
#include <btl/utf8.h>

#define MAGIC   "BTLk"
#define VERSION 1

const char *btl_run_end_name(enum btl_run_end end)
{
    static const char *const names[BTL_RUN_ENDS] = {[BTL_RUN_GOOD] = "boot-ok",
                                                    [BTL_RUN_GIVEN_UP] = "given up",
                                                    [BTL_RUN_PANIC] = "panic",
                                                    [BTL_RUN_LEFT] = "left"};
    return (size_t)end < BTL_RUN_ENDS ? names[end] : "?";
}

static uint32_t run_checksum(struct btl_bytes bytes)
{
    return btl_crc32_of_record(bytes, offsetof(struct btl_run_wire, checksum));
}

uint64_t btl_run_write(const struct btl_run *run, uint8_t to[static BTL_RUN_MAX])
{
    uint32_t count = run->event_count < BTL_RUN_EVENTS_MAX ? run->event_count : BTL_RUN_EVENTS_MAX;
    uint64_t left_out = (uint64_t)run->events_left_out + (run->event_count - count);
    size_t events = count * sizeof(run->events[0]);
    struct btl_str text =
        btl_utf8_last_lines(run->text, BTL_RUN_MAX - sizeof(struct btl_run_wire) - events);
    struct btl_run_wire wire = {
        .magic = MAGIC,
        .version = VERSION,
        .end = (uint8_t)run->end,
        .event_count = (uint16_t)count,
        .manifest = run->manifest,
        .events_left_out = (uint16_t)(left_out < UINT16_MAX ? left_out : UINT16_MAX),
        .text_length = (uint16_t)text.len,
    };
    uint64_t size = sizeof(wire) + events + text.len;
    memcpy(to, &wire, sizeof(wire));
    memcpy(to + sizeof(wire), run->events, events);
    if (text.len > 0)
        memcpy(to + sizeof(wire) + events, text.at, text.len);
    wire.checksum = run_checksum((struct btl_bytes){to, size});
    memcpy(to, &wire, sizeof(wire));
    return size;
}

static bool run_header_fits(const struct btl_run_wire *wire, size_t size)
{
    return memcmp(wire->magic, MAGIC, sizeof(wire->magic)) == 0 && wire->version == VERSION &&
           wire->end < BTL_RUN_ENDS && wire->event_count <= BTL_RUN_EVENTS_MAX &&
           size <= BTL_RUN_MAX &&
           size ==
               sizeof(*wire) + wire->event_count * sizeof(struct btl_run_event) + wire->text_length;
}

// Any program may have written a well-formed record.
static bool run_events_are_sound(const struct btl_run *run)
{
    for (uint32_t i = 0; i < run->event_count; i++)
        if (run->events[i].failed > 1 || (i > 0 && run->events[i].start < run->events[i - 1].start))
            return false;
    return true;
}

bool btl_run_read(struct btl_bytes bytes, struct btl_run *ret_run)
{
    struct btl_run_wire wire;
    *ret_run = (struct btl_run){0};
    if (bytes.size < sizeof(wire))
        return false;
    memcpy(&wire, bytes.at, sizeof(wire));
    if (!run_header_fits(&wire, bytes.size) || run_checksum(bytes) != wire.checksum)
        return false;
    size_t events = wire.event_count * sizeof(struct btl_run_event);
    ret_run->end = wire.end;
    ret_run->manifest = wire.manifest;
    ret_run->event_count = wire.event_count;
    ret_run->events_left_out = wire.events_left_out;
    memcpy(ret_run->events, bytes.at + sizeof(wire), events);
    ret_run->text =
        (struct btl_str){(const char *)bytes.at + sizeof(wire) + events, wire.text_length};
    if (run_events_are_sound(ret_run))
        return true;
    *ret_run = (struct btl_run){0};
    return false;
}

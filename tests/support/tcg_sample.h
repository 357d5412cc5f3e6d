// SPDX-License-Identifier: BSD-2-Clause
// Event logs for tests: banks of SHA-1 and SHA-256, digests that repeat one byte.
#ifndef TCG_SAMPLE_H
#define TCG_SAMPLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TS_MAX        4096
#define TS_FIRST_DATA 32 // offset of the data of the first event: the table of banks
#define TS_BANKS      (TS_FIRST_DATA + 24)
#define TS_EVENTS     (TS_BANKS + 4 + 2 * 4 + 1)
#define TS_HEADER     (12 + 2 + 20 + 2 + 32 + 4) // bytes of an event before its data
#define TS_SHA1       12                         // in an event: the digest of the bank of SHA-1
#define TS_SHA256     34

struct tcg_sample {
    uint8_t bytes[TS_MAX];
    size_t size;
};

static inline void ts_number(struct tcg_sample *log, size_t offset, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        log->bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static inline void ts_put(struct tcg_sample *log, uint64_t value, size_t size)
{
    ts_number(log, log->size, value, size);
    log->size += size;
}

static inline void ts_bytes(struct tcg_sample *log, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(log->bytes + log->size, bytes, size);
    log->size += size;
}

static inline void ts_digest(struct tcg_sample *log, uint16_t algorithm, uint8_t byte, size_t size)
{
    ts_put(log, algorithm, 2);
    memset(log->bytes + log->size, byte, size);
    log->size += size;
}

static inline void ts_begin(struct tcg_sample *log)
{
    memset(log, 0, sizeof(*log));
    log->bytes[4] = 3; // EV_NO_ACTION
    log->size = 28;
    ts_put(log, TS_EVENTS - TS_FIRST_DATA, 4);
    ts_bytes(log, "Spec ID Event03", 16);
    ts_bytes(log, "\0\0\0\0\0\2\0\2", 8);
    ts_put(log, 2, 4);
    ts_put(log, 0x4, 2); // SHA-1
    ts_put(log, 20, 2);
    ts_put(log, 0xb, 2); // SHA-256
    ts_put(log, 32, 2);
    ts_put(log, 0, 1);
}

static inline void ts_event(struct tcg_sample *log, uint32_t pcr, uint32_t type, uint8_t byte,
                            const void *data, size_t size)
{
    ts_put(log, pcr, 4);
    ts_put(log, type, 4);
    ts_put(log, 2, 4);
    ts_digest(log, 0x4, 0xee, 20);
    ts_digest(log, 0xb, byte, 32);
    ts_put(log, size, 4);
    ts_bytes(log, data, size);
}

#endif

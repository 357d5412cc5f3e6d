// SPDX-License-Identifier: BSD-2-Clause
// The size of a firmware's event log: the firmware says where the last entry begins.
#include <btl/measure.h>
#include <btl/mem.h>

#define LOG_DIGESTS_MAX 16u         // of an entry
#define LOG_DATA_MAX    (64u << 10) // bytes of an entry's data
#define LOG_SHA1        20u

static bool measure_log_take(struct btl_bytes memory, uint64_t *at, uint64_t size)
{
    if (!btl_in_range(*at, size, memory.size))
        return false;
    *at += size;
    return true;
}

// Read a little-endian number.
static bool measure_log_number(struct btl_bytes memory, uint64_t *at, size_t bytes,
                               uint32_t *ret_value)
{
    uint64_t start = *at;
    *ret_value = 0;
    if (!measure_log_take(memory, at, bytes))
        return false;
    memcpy(ret_value, memory.at + start, bytes);
    return true;
}

// Return the bytes of a digest, by its TPM_ALG_ID; 0: unknown.
static uint64_t measure_digest_size(uint32_t algorithm)
{
    switch (algorithm) {
    case 0x04: // SHA-1
        return LOG_SHA1;
    case 0x0b: // SHA-256
    case 0x12: // SM3
    case 0x27: // SHA3-256
        return 32;
    case 0x0c: // SHA-384
    case 0x28: // SHA3-384
        return 48;
    case 0x0d: // SHA-512
    case 0x29: // SHA3-512
        return 64;
    default:
        return 0;
    }
}

static bool measure_skip_digests(struct btl_bytes memory, uint64_t *at)
{
    uint32_t count, algorithm;
    if (!measure_log_number(memory, at, 4, &count) || count > LOG_DIGESTS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!measure_log_number(memory, at, 2, &algorithm) || measure_digest_size(algorithm) == 0 ||
            !measure_log_take(memory, at, measure_digest_size(algorithm)))
            return false;
    }
    return true;
}

// Skip an entry: register, type, digests, size, data. The first has one digest, of SHA-1, without
// its algorithm.
static bool measure_skip_entry(struct btl_bytes memory, uint64_t *at)
{
    uint32_t size;
    bool first = *at == 0;
    return measure_log_take(memory, at, 8) &&
           (first ? measure_log_take(memory, at, LOG_SHA1) : measure_skip_digests(memory, at)) &&
           measure_log_number(memory, at, 4, &size) && size <= LOG_DATA_MAX &&
           measure_log_take(memory, at, size);
}

uint64_t btl_measure_log_size(struct btl_bytes memory, uint64_t last)
{
    uint64_t at = 0, start = 0;
    while (at <= last) {
        start = at;
        if (!measure_skip_entry(memory, &at))
            return 0;
    }
    return start == last ? at : 0;
}

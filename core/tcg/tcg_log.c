// SPDX-License-Identifier: BSD-2-Clause
// Parser of event logs. Each length is compared with what is left of the log before it is used.
#include <btl/mem.h>
#include <btl/tcg_log.h>

#define TCG_SHA256       0x000b // TPM_ALG_SHA256
#define TCG_SHA1_SIZE    20
#define TCG_FIRST_HEADER 8  // of TCG_PCClientPCREvent: PCR and type
#define TCG_SPEC_BANKS   24 // in the data of the first event: signature, class, versions

static const uint8_t tcg_signature[16] = "Spec ID Event03";
static const uint8_t tcg_locality[16] = "StartupLocality";

struct tcg_bank {
    uint16_t algorithm, size; // of a digest
};

struct tcg_reader {
    struct btl_bytes bytes;
    uint64_t offset; // of the next byte
    uint64_t event;  // offset of the event that is read
    uint64_t end;    // of the part that is read
    struct btl_place place;
    struct btl_arena *arena;
    struct btl_diags *diags;
    struct tcg_bank banks[BTL_TCG_BANKS_MAX];
    uint32_t bank_count;
    struct btl_tcg_event *events;
    size_t capacity;
    struct btl_tcg_log log;
};

#define tcg_fail(reader, code, ...)                                                                \
    (btl_report((reader)->diags, (code), (reader)->place, __VA_ARGS__), false)

// Return the next `size` bytes and advance. NULL: the log ends before; reported.
static const uint8_t *tcg_take(struct tcg_reader *reader, uint64_t size, const char *part)
{
    uint64_t offset = reader->offset;
    if (!btl_in_range(offset, size, reader->end)) {
        (void)tcg_fail(reader, BTL_TCG_LOG_CUT, BTL_DEC(reader->event), BTL_ARG_Z(part),
                       BTL_DEC(size), BTL_DEC(offset), BTL_DEC(reader->end - offset));
        return NULL;
    }
    reader->offset += size;
    return reader->bytes.at + offset;
}

// Numbers are little-endian and unaligned.
static bool tcg_take_u32(struct tcg_reader *reader, const char *part, uint32_t *ret_value)
{
    const uint8_t *at = tcg_take(reader, sizeof(*ret_value), part);
    if (at != NULL)
        memcpy(ret_value, at, sizeof(*ret_value));
    return at != NULL;
}

static bool tcg_take_u16(struct tcg_reader *reader, const char *part, uint16_t *ret_value)
{
    const uint8_t *at = tcg_take(reader, sizeof(*ret_value), part);
    if (at != NULL)
        memcpy(ret_value, at, sizeof(*ret_value));
    return at != NULL;
}

// ------------------------------------------------------------------------------------------- banks

static const struct tcg_bank *tcg_find_bank(const struct tcg_reader *reader, uint16_t algorithm)
{
    for (uint32_t i = 0; i < reader->bank_count; i++) {
        if (reader->banks[i].algorithm == algorithm)
            return &reader->banks[i];
    }
    return NULL;
}

static bool tcg_take_bank(struct tcg_reader *reader)
{
    struct tcg_bank bank;
    if (!tcg_take_u16(reader, "the banks", &bank.algorithm) ||
        !tcg_take_u16(reader, "the banks", &bank.size))
        return false;
    if (bank.size == 0 || tcg_find_bank(reader, bank.algorithm) != NULL ||
        (bank.algorithm == TCG_SHA256 && bank.size != 32))
        return tcg_fail(reader, BTL_TCG_LOG_BANK, BTL_HEX(bank.algorithm), BTL_DEC(bank.size));
    reader->banks[reader->bank_count++] = bank;
    return true;
}

// Read the table of banks in the data of the first event.
static bool tcg_take_banks(struct tcg_reader *reader)
{
    uint32_t count;
    if (tcg_take(reader, TCG_SPEC_BANKS, "the versions") == NULL ||
        !tcg_take_u32(reader, "the banks", &count))
        return false;
    if (count > BTL_TCG_BANKS_MAX)
        return tcg_fail(reader, BTL_TCG_LOG_BANKS, BTL_DEC(count), BTL_DEC(BTL_TCG_BANKS_MAX));
    for (uint32_t i = 0; i < count; i++) {
        if (!tcg_take_bank(reader))
            return false;
    }
    const uint8_t *vendor = tcg_take(reader, 1, "the size of the vendor's data");
    if (vendor == NULL || tcg_take(reader, *vendor, "the vendor's data") == NULL)
        return false;
    return tcg_find_bank(reader, TCG_SHA256) != NULL || tcg_fail(reader, BTL_TCG_LOG_NO_SHA256);
}

bool btl_tcg_is_log(struct btl_bytes bytes)
{
    static const uint8_t header[TCG_FIRST_HEADER + TCG_SHA1_SIZE] = {[4] = BTL_TCG_NO_ACTION};
    return bytes.size >= sizeof(header) && memcmp(bytes.at, header, sizeof(header)) == 0;
}

// Read the first event: PCR 0, no action, a digest of zeros, and the banks.
static bool tcg_take_first(struct tcg_reader *reader)
{
    uint32_t size;
    if (!btl_tcg_is_log(reader->bytes))
        return tcg_fail(reader, BTL_TCG_LOG_FORMAT);
    reader->offset = TCG_FIRST_HEADER + TCG_SHA1_SIZE;
    if (!tcg_take_u32(reader, "the size of the data", &size))
        return false;
    uint64_t begin = reader->offset;
    const uint8_t *data = tcg_take(reader, size, "the data");
    if (data == NULL)
        return false;
    if (size < sizeof(tcg_signature) || memcmp(data, tcg_signature, sizeof(tcg_signature)) != 0)
        return tcg_fail(reader, BTL_TCG_LOG_FORMAT);
    reader->offset = begin;
    reader->end = begin + size;
    bool good = tcg_take_banks(reader);
    reader->offset = reader->end; // behind what a later version appends
    reader->end = reader->bytes.size;
    return good;
}

// ------------------------------------------------------------------------------------------ events

// Read the digests: at most one of each bank.
static bool tcg_take_digests(struct tcg_reader *reader, uint32_t count, const uint8_t **ret_sha256)
{
    uint32_t taken = 0; // a bit for each bank
    *ret_sha256 = NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t algorithm;
        if (!tcg_take_u16(reader, "a digest", &algorithm))
            return false;
        const struct tcg_bank *bank = tcg_find_bank(reader, algorithm);
        uint32_t bit = bank == NULL ? 0 : 1u << (bank - reader->banks);
        if (bank == NULL || (taken & bit) != 0)
            return tcg_fail(reader, BTL_TCG_LOG_DIGEST, BTL_DEC(reader->event), BTL_HEX(algorithm));
        taken |= bit;
        const uint8_t *digest = tcg_take(reader, bank->size, "a digest");
        if (digest == NULL)
            return false;
        if (algorithm == TCG_SHA256)
            *ret_sha256 = digest;
    }
    return true;
}

// Note the locality in which the TPM was started.
static void tcg_note_locality(struct tcg_reader *reader, const struct btl_tcg_event *event)
{
    if (event->pcr == 0 && event->data.size == sizeof(tcg_locality) + 1 &&
        memcmp(event->data.at, tcg_locality, sizeof(tcg_locality)) == 0)
        reader->log.locality = event->data.at[sizeof(tcg_locality)];
}

static bool tcg_check_event(struct tcg_reader *reader, const struct btl_tcg_event *event)
{
    if (event->type == BTL_TCG_NO_ACTION) {
        tcg_note_locality(reader, event);
        return true;
    }
    if (event->pcr >= BTL_TCG_PCRS)
        return tcg_fail(reader, BTL_TCG_LOG_PCR, BTL_DEC(event->offset), BTL_DEC(event->pcr),
                        BTL_DEC(BTL_TCG_PCRS - 1));
    return event->sha256 != NULL || tcg_fail(reader, BTL_TCG_LOG_NO_DIGEST, BTL_DEC(event->offset));
}

static bool tcg_take_event(struct tcg_reader *reader)
{
    struct btl_tcg_event event = {.offset = reader->offset};
    uint32_t count, size;
    reader->event = reader->offset;
    if (!tcg_take_u32(reader, "the PCR", &event.pcr) ||
        !tcg_take_u32(reader, "the type", &event.type) ||
        !tcg_take_u32(reader, "the number of digests", &count) ||
        !tcg_take_digests(reader, count, &event.sha256) ||
        !tcg_take_u32(reader, "the size of the data", &size))
        return false;
    event.data.size = size;
    event.data.at = tcg_take(reader, size, "the data");
    if (event.data.at == NULL || !tcg_check_event(reader, &event))
        return false;
    if (!BTL_RESERVE(reader->arena, reader->events, reader->log.event_count, 1, reader->capacity))
        return tcg_fail(reader, BTL_NO_MEMORY, BTL_ARG_Z("reading the event log"));
    reader->events[reader->log.event_count++] = event;
    return true;
}

bool btl_tcg_open(struct btl_bytes bytes, struct btl_place place, struct btl_arena *arena,
                  struct btl_tcg_log *ret_log, struct btl_diags *diags)
{
    struct tcg_reader reader = {
        .bytes = bytes, .end = bytes.size, .place = place, .arena = arena, .diags = diags};
    if (bytes.size > BTL_TCG_LOG_MAX)
        return tcg_fail(&reader, BTL_TCG_LOG_TOO_LARGE, BTL_SIZE(bytes.size),
                        BTL_SIZE(BTL_TCG_LOG_MAX));
    if (!tcg_take_first(&reader))
        return false;
    while (reader.offset < bytes.size) {
        if (!tcg_take_event(&reader))
            return false;
    }
    *ret_log = reader.log;
    ret_log->events = reader.events;
    return true;
}

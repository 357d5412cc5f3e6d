// SPDX-License-Identifier: BSD-2-Clause
// The parser of event logs.
#include "test_case.h"

#include "btl_test.h"
#include "tcg_sample.h"
#include <btl/tcg_log.h>

#define PLACE ((struct btl_place){.file = BTL_STR("log.bin")})

// Open `size` bytes of the log, which must report `codes`.
static void expect(const struct tcg_sample *sample, size_t size, const char *codes)
{
    struct test_memory memory;
    struct btl_tcg_log log;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes bytes = test_block(&memory, sample->bytes, size);
    bool good = btl_tcg_open(bytes, PLACE, &memory.arena, &log, &diags);
    assert_codes(&memory, &diags, codes);
    assert_int_equal(good, *codes == '\0');
    test_memory_end(&memory);
}

static void make(struct tcg_sample *log)
{
    ts_begin(log);
    ts_event(log, 0, BTL_TCG_NO_ACTION, 0, "StartupLocality\0\3", 17);
    ts_event(log, 8, BTL_TCG_IPL, 0xa1, "btl end", 7);
    ts_event(log, 23, BTL_TCG_SEPARATOR, 0xa2, NULL, 0);
}

TEST(test_events_are_read)
{
    struct tcg_sample sample;
    struct test_memory memory;
    struct btl_tcg_log log;
    make(&sample);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes bytes = test_block(&memory, sample.bytes, sample.size);
    assert_true(btl_tcg_is_log(bytes));
    assert_true(btl_tcg_open(bytes, PLACE, &memory.arena, &log, &diags));
    assert_int_equal(log.event_count, 3);
    assert_int_equal(log.locality, 3);
    const struct btl_tcg_event *event = &log.events[1];
    assert_int_equal(event->offset, TS_EVENTS + TS_HEADER + 17);
    assert_int_equal(event->pcr, 8);
    assert_int_equal(event->type, BTL_TCG_IPL);
    assert_int_equal(event->sha256[0], 0xa1);
    assert_int_equal(event->sha256[31], 0xa1);
    assert_int_equal(event->data.size, 7);
    assert_memory_equal(event->data.at, "btl end", 7);
    assert_int_equal(log.events[2].data.size, 0);
    test_memory_end(&memory);
}

TEST(test_log_without_events)
{
    struct tcg_sample sample;
    ts_begin(&sample);
    expect(&sample, sample.size, "");
}

TEST(test_vendor_data_and_what_a_later_version_appends)
{
    struct tcg_sample sample;
    ts_begin(&sample);
    ts_number(&sample, TS_EVENTS - 1, 3, 1);
    ts_bytes(&sample, "vendor more", 11);
    ts_number(&sample, 28, sample.size - TS_FIRST_DATA, 4);
    ts_event(&sample, 4, BTL_TCG_ACTION, 1, "x", 1);
    expect(&sample, sample.size, "");
    // The vendor's data may fill the first event, and not go beyond it.
    ts_number(&sample, TS_EVENTS - 1, 11, 1);
    expect(&sample, sample.size, "");
    ts_number(&sample, TS_EVENTS - 1, 12, 1);
    expect(&sample, sample.size, "tcg-log-cut");
}

// A log that ends behind an event is a shorter log.
TEST(test_every_cut_is_reported)
{
    struct tcg_sample sample;
    size_t ends[4] = {TS_EVENTS, TS_EVENTS + TS_HEADER + 17};
    make(&sample);
    ends[2] = ends[1] + TS_HEADER + 7;
    ends[3] = sample.size;
    for (size_t size = 0, end = 0; size <= sample.size; size++) {
        if (size == ends[end]) {
            expect(&sample, size, "");
            end++;
        } else {
            expect(&sample, size, size < 28 ? "tcg-log-format" : "tcg-log-cut");
        }
    }
}

static const struct tcg_fault {
    const char *name;
    size_t offset;
    uint64_t value;
    size_t size; // of the value
    const char *codes;
} faults[] = {
    {"pcr_of_the_first_event", 0, 1, 4, "tcg-log-format"},
    {"type_of_the_first_event", 4, 4, 4, "tcg-log-format"},
    {"digest_of_the_first_event", 27, 1, 1, "tcg-log-format"},
    {"signature", TS_FIRST_DATA + 14, '2', 1, "tcg-log-format"},
    {"signature_without_nul", TS_FIRST_DATA + 15, '0', 1, "tcg-log-format"},
    {"first_event_too_short_for_signature", 28, 15, 4, "tcg-log-format"},
    {"first_event_too_short_for_banks", 28, 27, 4, "tcg-log-cut"},
    {"first_event_too_short_for_a_bank", 28, 35, 4, "tcg-log-cut"},
    {"first_event_too_short_for_vendor", 28, 36, 4, "tcg-log-cut"},
    {"first_event_too_long", 28, UINT32_MAX, 4, "tcg-log-cut"},
    {"too_many_banks", TS_BANKS, 17, 4, "tcg-log-banks"},
    {"more_banks_than_there_are", TS_BANKS, 3, 4, "tcg-log-cut"},
    {"no_banks", TS_BANKS, 0, 4, "tcg-log-no-sha256"},
    {"no_bank_of_sha256", TS_BANKS + 8, 0xc, 2, "tcg-log-no-sha256"},
    {"bank_twice", TS_BANKS + 4, 0xb, 2, "tcg-log-bank"},
    {"bank_of_size_0", TS_BANKS + 6, 0, 2, "tcg-log-bank"},
    {"sha256_of_another_size", TS_BANKS + 10, 31, 2, "tcg-log-bank"},
    {"bank_of_another_size", TS_BANKS + 6, 0xffff, 2, "tcg-log-cut"},
    {"pcr_24", TS_EVENTS + TS_HEADER + 17, 24, 4, "tcg-log-pcr"},
    {"too_few_digests", TS_EVENTS + 8, 1, 4, "tcg-log-no-digest"},
    {"too_many_digests", TS_EVENTS + 8, UINT32_MAX, 4, "tcg-log-digest"},
    {"unknown_bank", TS_EVENTS + TS_SHA1, 0xd, 2, "tcg-log-digest"},
    {"bank_twice_in_an_event", TS_EVENTS + TS_SHA256, 0x4, 2, "tcg-log-digest"},
    {"data_too_long", TS_EVENTS + TS_HEADER - 4, UINT32_MAX, 4, "tcg-log-cut"},
};

static void test_fault(void **state)
{
    const struct tcg_fault *fault = *state;
    struct tcg_sample sample;
    make(&sample);
    ts_number(&sample, fault->offset, fault->value, fault->size);
    expect(&sample, sample.size, fault->codes);
}
TEST_ROWS(faults, test_fault)

TEST(test_event_without_sha256)
{
    struct tcg_sample sample;
    ts_begin(&sample);
    ts_put(&sample, 8, 4);
    ts_put(&sample, BTL_TCG_IPL, 4);
    ts_put(&sample, 1, 4);
    ts_digest(&sample, 0x4, 1, 20);
    ts_put(&sample, 0, 4);
    expect(&sample, sample.size, "tcg-log-no-digest");
    ts_number(&sample, TS_EVENTS + 4, BTL_TCG_NO_ACTION, 4);
    ts_number(&sample, TS_EVENTS, UINT32_MAX, 4); // of no PCR
    expect(&sample, sample.size, "");
}

TEST(test_log_that_is_too_large)
{
    struct test_memory memory;
    struct btl_tcg_log log;
    struct tcg_sample sample;
    make(&sample);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes bytes = {sample.bytes, BTL_TCG_LOG_MAX + 1};
    assert_false(btl_tcg_open(bytes, PLACE, &memory.arena, &log, &diags));
    assert_codes(&memory, &diags, "tcg-log-too-large");
    test_memory_end(&memory);
}

TEST(test_no_memory)
{
    struct tcg_sample sample;
    make(&sample);
    for (size_t n = 0;; n++) {
        struct test_memory memory;
        struct btl_tcg_log log;
        test_memory_begin_limited(&memory, n);
        struct btl_diags diags = {.arena = &memory.arena};
        struct btl_bytes bytes = {sample.bytes, sample.size};
        bool good = btl_tcg_open(bytes, PLACE, &memory.arena, &log, &diags);
        bool starved = memory.refused > 0;
        assert_int_equal(good, !starved);
        test_memory_end(&memory);
        if (!starved)
            break;
    }
}

// SPDX-License-Identifier: BSD-2-Clause
// From events to PCR values. The expected values are of Python's hashlib.
#include "test_case.h"

#include "btl_test.h"
#include "tcg_sample.h"
#include <btl/hash.h>
#include <btl/tcg_log.h>

static void assert_pcr(const uint8_t pcr[32], const char *expected)
{
    char text[BTL_SHA256_TEXT];
    assert_string_equal(btl_sha256_text(pcr, text), expected);
}

TEST(test_replay)
{
    struct tcg_sample sample;
    struct test_memory memory;
    struct btl_tcg_log log;
    uint8_t pcrs[BTL_TCG_PCRS][32];
    ts_begin(&sample);
    ts_event(&sample, 0, 3, 9, "StartupLocality\0\3", 17);
    ts_event(&sample, 0, 8, 1, NULL, 0);
    ts_event(&sample, 9, 13, 2, "first", 5);
    ts_event(&sample, 9, 3, 3, "extends nothing", 15);
    ts_event(&sample, 9, 13, 4, "second", 6);
    ts_event(&sample, 23, 13, 5, NULL, 0);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    assert_true(btl_tcg_open(test_block(&memory, sample.bytes, sample.size), (struct btl_place){0},
                             &memory.arena, &log, &diags));
    btl_tcg_replay(&log, pcrs);
    // sha256(bytes(31) + b"\3" + 32 * b"\1")
    assert_pcr(pcrs[0], "c4b53db2451179ae484ec21b86db445789df9d50929e807e35edcf440c9277fe");
    // sha256(sha256(bytes(32) + 32 * b"\2").digest() + 32 * b"\4")
    assert_pcr(pcrs[9], "a34e206db0848087f3a3be2cc59cb0c36a5371f34839fe8683b6fffff5ae59be");
    // sha256(bytes(32) + 32 * b"\5")
    assert_pcr(pcrs[23], "a77b1716e5fc2d86b4f9edbc29c73fb92ffe5f96f60a088a9acc6c5d6556d04b");
    assert_pcr(pcrs[8], "0000000000000000000000000000000000000000000000000000000000000000");
    test_memory_end(&memory);
}

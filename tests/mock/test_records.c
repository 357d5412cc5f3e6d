// SPDX-License-Identifier: BSD-2-Clause
// Records that are damaged, or that the firmware does not give.
#include "trial.h"

#include <stdlib.h>

static const char *const names[] = {"BtlTrial", "BtlGood", "BtlFailed", "BtlNext", "BtlPending"};

static void expect_plain(struct mock *mock, const char *code)
{
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.tries_left, 2);
    assert_true(mock_said(mock, code));
}

TEST(test_damaged_variables)
{
    uint8_t bytes[2000];
    srand(6);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)rand();
    static const uint64_t sizes[] = {1, 55, 56, 100, BTL_RECORD_MAX, BTL_RECORD_MAX + 1, 2000};
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        for (size_t s = 0; s < BTL_COUNT(sizes); s++) {
            struct mock *mock = trial_begin(true);
            mock_variable_put(mock, names[i], bytes, sizes[s]);
            expect_plain(mock, "[boot-state-damaged]");
            assert_int_equal(mock_count(mock, "[boot-state-damaged]"), 1);
            mock_end(mock);
        }
    }
}

TEST(test_every_byte_of_a_record_counts)
{
    uint64_t size = sizeof(struct btl_record_wire) + sizeof("/loader.conf") - 1;
    for (uint64_t at = 0; at < size; at++) {
        struct mock *mock = trial_begin(true);
        state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 1, "");
        mock_variable(mock, "BtlTrial")->bytes[at] ^= 0x10;
        expect_plain(mock, "[boot-state-damaged]");
        mock_end(mock);
    }
}

TEST(test_variables_of_somebody_else)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    mock_variable(mock, "BtlTrial")->attributes = 3; // not for a kernel
    expect_plain(mock, "[boot-state-damaged]");
    mock_end(mock);
}

TEST(test_damaged_records_are_cleared_away)
{
    struct mock *mock = trial_begin(true);
    mock_variable_put(mock, "BtlFailed", "junk", 4);
    mock_variable_put(mock, "BtlNext", "junk", 4);
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    state_expect_none(mock, BTL_VARIABLE_NEXT);
    mock_end(mock);
}

TEST(test_unreadable_variables)
{
    for (uint32_t at = 1; at <= BTL_VARIABLES; at++) {
        struct mock *mock = trial_begin(false);
        mock->fail_service = MOCK_VARIABLE_GET;
        mock->fail_at = at + 1; // the first is of SecureBoot
        mock->fail_status = FW_DEVICE_ERROR;
        expect_plain(mock, "[boot-state-unreadable]");
        assert_true(mock_said(mock, names[at - 1]));
        mock_end(mock);
    }
}

// Firmware that returns more than requested.
TEST(test_sizes_that_are_not_true)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 1, "");
    mock_variable(mock, "BtlTrial")->said_size = BTL_RECORD_MAX;
    expect_plain(mock, "[boot-state-damaged]");
    mock_end(mock);
}

TEST(test_firmware_without_variables)
{
    struct mock *mock = trial_begin_alone();
    mock->variables_status = FW_UNSUPPORTED;
    mock_add_text(mock, "/loader.conf", GOOD);
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// The level below which seals are revoked: what raises it, and what a running system can do to it.
#include "trial.h"
#include "trust.h"

#include <string.h>

static uint64_t level_of(struct mock *mock)
{
    const struct mock_variable *variable = mock_variable(mock, "BtlSealLevel");
    uint64_t level = 0;
    if (variable != NULL) {
        assert_int_equal(variable->size, sizeof(level));
        assert_int_equal(variable->attributes, TRUST_BOOT_ONLY);
        memcpy(&level, variable->bytes, sizeof(level));
    }
    return level;
}

// The firmware makes its volatile variables in every boot.
static void reboot(struct mock *mock)
{
    mock_reboot(mock);
    trust_enforce(mock);
}

TEST(test_level_is_raised_by_a_verified_seal)
{
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    mock_expect_boot(mock, NULL);
    assert_int_equal(level_of(mock), 5);
    reboot(mock); // which writes nothing: mock_variables_check()
    mock_expect_boot(mock, NULL);
    reboot(mock);
    trust_seal(mock, &(struct trust_seal){.level = 6, .revoke = 4});
    mock_expect_boot(mock, NULL);
    assert_int_equal(level_of(mock), 5); // never lowered
    reboot(mock);
    trust_seal(mock, &(struct trust_seal){.level = 5});
    mock_expect_boot(mock, NULL);
    reboot(mock);
    trust_seal(mock, &(struct trust_seal){.level = 4, .revoke = 4});
    mock_expect_stop(mock, "seal-level");
}

TEST(test_level_stays_without_a_hand_off)
{
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_int_equal(level_of(mock), 0);
    mock_end(mock);
    mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    trust_change(mock, "/kernel/kernel.elf");
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_int_equal(level_of(mock), 0);
    mock_end(mock);
    mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5, .foreign = true});
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_int_equal(level_of(mock), 0);
    mock_end(mock);
}

TEST(test_level_without_enforcement)
{
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    trust_put(mock, "SecureBoot", 0, TRUST_SEEN);
    mock_expect_boot(mock, NULL);
    assert_int_equal(level_of(mock), 0);
    mock_end(mock);
}

// A running system can make a variable of this name if there is none.
TEST(test_level_of_a_running_system)
{
    static const uint64_t high = 1000;
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    mock_variable_put(mock, "BtlSealLevel", &high, sizeof(high));
    mock_expect_boot(mock, "seal-level-damaged");
    assert_int_equal(level_of(mock), 5);
    mock_end(mock);
}

TEST(test_level_that_cannot_be_read_or_written)
{
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7});
    mock->fail_service = MOCK_VARIABLE_GET;
    mock->fail_at = 3; // behind SecureBoot and SetupMode
    mock->fail_status = FW_DEVICE_ERROR;
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[seal-level-unreadable]") && mock_said(mock, "[seal-level]"));
    mock_end(mock);
    mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    mock->variable_status = FW_OUT_OF_RESOURCES;
    mock_expect_boot(mock, "seal-level-unwritten");
    mock_end(mock);
}

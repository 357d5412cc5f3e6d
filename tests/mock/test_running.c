// SPDX-License-Identifier: BSD-2-Clause
// BtlBoot: what user space learns about the configuration that runs.
#include "trial.h"

#include <string.h>

#include <btl/running_record.h>

static bool running_get(struct mock *mock, struct btl_running *ret_running)
{
    const struct mock_variable *variable = mock_variable(mock, BTL_RUNNING_VARIABLE);
    if (variable == NULL)
        return false;
    assert_int_equal(variable->attributes, BTL_RUNNING_ATTRIBUTES);
    assert_true(btl_running_read((struct btl_bytes){variable->bytes, variable->size}, ret_running));
    return true;
}

// Fail the test unless BtlBoot says the same as the manifest.
static void running_expect(struct mock *mock, const char *path, const struct btlm_boot *boot)
{
    struct btl_running running;
    assert_true(running_get(mock, &running));
    assert_true(btl_str_equal(running.path, btl_str_of(path)));
    assert_memory_equal(running.sha256, boot->sha256, sizeof(running.sha256));
    assert_int_equal(running.how, boot->how);
    assert_int_equal(running.flags, boot->flags);
    assert_int_equal(running.tries, boot->tries);
    assert_int_equal(running.tries_left, boot->tries_left);
    assert_int_equal(running.timeout, boot->timeout);
}

TEST(test_a_boot_on_trial)
{
    struct mock *mock = trial_begin(true);
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.tries_left, 2);
    running_expect(mock, "/loader.conf", &boot);
    mock_end(mock);
}

// BtlTrial names the configuration that was given up, BtlBoot the one that runs.
TEST(test_a_fallback)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    struct btlm_boot boot = state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "was used");
    running_expect(mock, "/loader.conf.prev", &boot);
    mock_end(mock);
}

TEST(test_a_safe_boot_cannot_be_confirmed)
{
    struct btl_running running;
    struct mock *mock = trial_begin(true);
    mock_options(mock, "-s");
    mock_expect_boot(mock, NULL);
    assert_true(running_get(mock, &running));
    assert_false(btl_running_may_be_confirmed(&running));
    mock_end(mock);
}

TEST(test_the_variable_does_not_outlive_the_boot)
{
    struct btl_running running;
    struct mock *mock = trial_begin(true);
    mock_expect_boot(mock, NULL);
    mock_reboot(mock);
    assert_false(running_get(mock, &running));
    mock_end(mock);
}

TEST(test_a_dry_run_and_a_preview_write_none)
{
    struct btl_running running;
    struct mock *mock = trial_begin(true);
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_false(running_get(mock, &running));
    mock_end(mock);
}

// The last read of the memory map fails: the attempt ends when BtlBoot is written already.
TEST(test_an_attempt_that_fails_later_leaves_none)
{
    struct btl_running running;
    struct mock *mock = trial_begin(true);
    mock_expect_boot(mock, NULL);
    uint32_t last = mock->calls[MOCK_MEMORY_MAP];
    mock_end(mock);
    mock = trial_begin_alone();
    mock->fail_service = MOCK_MEMORY_MAP;
    mock->fail_at = last;
    mock->fail_status = FW_DEVICE_ERROR;
    run(&mock->firmware);
    assert_false(mock->handed_off);
    assert_false(running_get(mock, &running));
    mock_end(mock);
}

TEST(test_a_firmware_that_writes_none)
{
    struct btl_running running;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->variable_status = FW_OUT_OF_RESOURCES;
    mock_expect_boot(mock, "boot-running-unwritten");
    assert_false(running_get(mock, &running));
    mock_end(mock);
    mock = mock_begin();
    mock_add_ordinary(mock);
    mock->variable_status = FW_UNSUPPORTED;
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

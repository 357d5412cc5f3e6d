// SPDX-License-Identifier: BSD-2-Clause
// Trials when the volume changes between boots: a configuration is its text, wherever that lies.
#include "state.h"

#include <string.h>

#define TRIAL "boot_tries=\"3\"\nbase_load=\"YES\"\nbase_phase=\"BOOT1\"\n"
#define GOOD  "late_load=\"YES\"\nlate_phase=\"BOOT2\"\n"
#define OTHER "/loader.conf.d/other.conf"

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", conf);
    mock_add_text(mock, "/loader.conf.prev", GOOD);
    return mock;
}

// Boots `path`, whose text is TRIAL, as a try of it.
static void expect_try(struct mock *mock, const char *path, uint32_t left)
{
    bool usual = strcmp(path, "/loader.conf") == 0;
    mock_options(mock, usual ? "" : "-c " OTHER);
    struct btlm_boot boot = state_boot(mock, path, usual ? BTLM_HOW_NORMAL : BTLM_HOW_OPTION);
    assert_int_equal(boot.flags, BTLM_BOOT_TRIAL | BTLM_BOOT_FALLBACK);
    assert_int_equal(boot.tries_left, left);
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, path, left, "");
    mock_reboot(mock);
}

// A module that was mended makes no new trial of it.
TEST(test_other_files_change)
{
    struct mock *mock = begin(TRIAL);
    mock_add_text(mock, "/modules/base.ko", "no module");
    expect_try(mock, "/loader.conf", 2);
    mock_add_fixture(mock, "/modules/base.ko", "base.ko");
    expect_try(mock, "/loader.conf", 1);
    mock_add_fixture(mock, "/kernel/kernel.elf", "moved.elf");
    expect_try(mock, "/loader.conf", 0);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "each of its 3 tries");
    mock_end(mock);
}

TEST(test_moved_configuration_keeps_its_count)
{
    struct mock *mock = begin(TRIAL);
    expect_try(mock, "/loader.conf", 2);
    mock_file(mock, "/loader.conf")->path = OTHER;
    expect_try(mock, OTHER, 1);
    mock_file(mock, OTHER)->path = "/loader.conf";
    expect_try(mock, "/loader.conf", 0);
    run(&mock->firmware);
    mock_end(mock);
}

// Its count waits for it, as long as no other one is on trial.
TEST(test_wanted_one_vanishes_and_comes_back)
{
    struct mock *mock = begin(TRIAL);
    expect_try(mock, "/loader.conf", 2);
    mock_file(mock, "/loader.conf")->path = "/away";
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[boot-no-config]");
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 2, "");
    mock_reboot(mock);
    mock_file(mock, "/away")->path = "/loader.conf";
    expect_try(mock, "/loader.conf", 1);
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    run(&mock->firmware);
    mock_end(mock);
}

// Records of a missing configuration affect no other, and nothing is written.
TEST(test_records_of_what_is_gone)
{
    struct mock *mock = begin(GOOD);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, OTHER, 0, "");
    state_put(mock, BTL_VARIABLE_FAILED, TRIAL, OTHER, BTL_FAILED_IN_KERNEL, "gone");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, 0);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    assert_false(mock_said(mock, "error:") || mock_said(mock, "warning:"));
    mock_reboot(mock);
    // It comes back: the verdict has waited.
    mock_add_text(mock, OTHER, TRIAL);
    mock_options(mock, "-c " OTHER);
    state_fall_back(mock, "/loader.conf", OTHER, "[boot-trial-failed]");
    mock_end(mock);
}

// BtlTrial holds one: a new trial replaces that of a missing configuration.
TEST(test_trial_after_one_that_is_gone)
{
    struct mock *mock = begin(TRIAL);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL "# gone\n", OTHER, 0, "");
    expect_try(mock, "/loader.conf", 2);
    run(&mock->firmware);
    mock_end(mock);
}

// ------------------------------------------------------------------- the same text in two places

static struct mock *begin_twice(void)
{
    struct mock *mock = begin(TRIAL);
    mock_add_text(mock, OTHER, TRIAL);
    return mock;
}

TEST(test_twins_have_one_count)
{
    struct mock *mock = begin_twice();
    expect_try(mock, "/loader.conf", 2);
    expect_try(mock, OTHER, 1);
    expect_try(mock, "/loader.conf", 0);
    // Neither is what the other falls back to.
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "each of its 3 tries");
    mock_reboot(mock);
    mock_options(mock, "-c " OTHER);
    state_fall_back(mock, "/loader.conf.prev", OTHER, "each of its 3 tries");
    mock_end(mock);
}

TEST(test_twins_are_given_up_together)
{
    struct mock *mock = begin_twice();
    state_put(mock, BTL_VARIABLE_FAILED, TRIAL, "/loader.conf", BTL_FAILED_IN_KERNEL, "PANIC");
    mock_options(mock, "-c " OTHER);
    state_fall_back(mock, "/loader.conf.prev", OTHER, "PANIC");
    mock_end(mock);
}

TEST(test_twins_are_good_together)
{
    struct mock *mock = begin_twice();
    state_put(mock, BTL_VARIABLE_GOOD, TRIAL, OTHER, 0, "");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_GOOD);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

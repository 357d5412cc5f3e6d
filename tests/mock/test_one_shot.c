// SPDX-License-Identifier: BSD-2-Clause
// Configurations that are booted once.
#include "trial.h"

TEST(test_one_shot)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/loader.conf.d/new.conf", GOOD "title=\"New\"\n");
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/loader.conf.d/new.conf", 0, "");
    state_boot(mock, "/loader.conf.d/new.conf", BTLM_HOW_ONE_SHOT);
    state_expect_none(mock, BTL_VARIABLE_NEXT);
    mock_reboot(mock);
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    mock_end(mock);
}

TEST(test_one_shot_that_cannot_be_booted)
{
    struct mock *mock = trial_begin(false);
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/loader.conf.d/gone.conf", 0, "");
    state_fall_back(mock, "/loader.conf", "/loader.conf.d/gone.conf", "[boot-no-config]");
    state_expect_none(mock, BTL_VARIABLE_NEXT);
    mock_end(mock);
}

// It would be booted for ever.
TEST(test_one_shot_that_cannot_be_deleted)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/loader.conf", GOOD "# no trial\n");
    mock_add_text(mock, "/new.conf", GOOD "# new\n");
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/new.conf", 0, "");
    mock->variable_status = FW_WRITE_PROTECTED;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "/new.conf: warning: "));
    assert_true(mock_said(mock, "[boot-next-stuck]"));
    assert_true(mock_said(mock, "[boot-state-protected]"));
    mock_end(mock);
}

// A boot entry with -c does not keep next-conf from working.
TEST(test_one_shot_counts_more_than_an_option)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/a.conf", GOOD "# a\n");
    mock_add_text(mock, "/b.conf", GOOD "# b\n");
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/b.conf", 0, "");
    mock_options(mock, "-c /a.conf");
    state_boot(mock, "/b.conf", BTLM_HOW_ONE_SHOT);
    mock_reboot(mock);
    mock_options(mock, "-c /a.conf");
    state_boot(mock, "/a.conf", BTLM_HOW_OPTION);
    mock_end(mock);
}

// Firmware that reports a deletion but keeps the variable.
TEST(test_deletion_is_not_believed)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/loader.conf", GOOD "# no trial\n");
    mock_add_text(mock, "/b.conf", GOOD "# b\n");
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/b.conf", 0, "");
    mock->deletes_nothing = true;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "[boot-next-stuck]"));
    mock_end(mock);
}

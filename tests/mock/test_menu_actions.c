// SPDX-License-Identifier: BSD-2-Clause
// The machine page: the ways out of the loader.
#include "menu_user.h"

TEST(test_leave)
{
    struct mock *mock = menu_begin(
        "{left}{see Firmware setup}{see this firmware has none}{see none was found}{end}{enter}");
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_reset_and_power_off)
{
    static const char *const keys[] = {"r", "x"};
    for (size_t i = 0; i < 2; i++) {
        struct mock *mock = menu_begin(keys[i]);
        run(&mock->firmware);
        assert_true(mock->reset);
        assert_int_equal(mock->reset_how, i == 0 ? FW_RESET_COLD : FW_RESET_OFF);
        mock_end(mock);
    }
}

TEST(test_setup)
{
    struct mock *mock = menu_begin("t{see does not let its setup be asked for}q");
    menu_leave(mock);
    mock_end(mock);
    mock = menu_begin("tq");
    mock->has_setup = true;
    run(&mock->firmware);
    assert_true(mock->entered_setup);
    mock_end(mock);
    mock = menu_begin("t{see could not be entered: Device Error}q");
    mock->has_setup = true;
    mock->fail_service = MOCK_SETUP;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    menu_leave(mock);
    mock_end(mock);
}

static void repair(struct mock *mock)
{
    assert_int_equal(mock->volumes_open, 0);
    mock_add_text(mock, "/loader.conf", "late_load=\"YES\"\n");
}

TEST(test_shell_may_change_files)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin("{see BOOT1 base user}h{see Back from the shell}{see INIT late}{not user}b");
    mock->has_shell = true;
    mock->in_shell = repair;
    menu_boot(mock, &manifest);
    assert_int_equal(mock->shell_runs, 1);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 1);
    mock_end(mock);
}

TEST(test_shell_that_is_not_there_or_fails)
{
    struct mock *mock = menu_begin("h{see No UEFI shell was found}q");
    menu_leave(mock);
    mock_end(mock);
    mock = menu_begin("h{see could not be started: Load Error}q");
    mock->has_shell = true;
    mock->fail_service = MOCK_SHELL;
    mock->fail_at = 1;
    mock->fail_status = FW_LOAD_ERROR;
    menu_leave(mock);
    mock_end(mock);
}

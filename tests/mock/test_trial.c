// SPDX-License-Identifier: BSD-2-Clause
// Boots that are counted.
#include "trial.h"

// Without boot-ok: as many boots as tries, and from then on the last good configuration.
TEST(test_tries_are_counted_down)
{
    for (int good = 0; good < 2; good++) {
        struct mock *mock = trial_begin(good);
        for (uint32_t left = 3; left-- > 0;) {
            struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
            assert_int_equal(boot.flags, BTLM_BOOT_TRIAL | BTLM_BOOT_FALLBACK);
            assert_int_equal(boot.tries, 3);
            assert_int_equal(boot.tries_left, left);
            assert_int_equal(boot.timeout, 60);
            state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", left, "");
            assert_true(mock_said(mock, "tries are left after this one"));
            mock_reboot(mock);
        }
        for (int i = 0; i < 2; i++) {
            struct btlm_boot boot = state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                                                    "each of its 3 tries (boot_tries) was used");
            assert_int_equal(boot.flags, good ? BTLM_BOOT_GOOD : 0);
            assert_int_equal(boot.tries + boot.tries_left + boot.timeout, 0);
            assert_true(mock_said(mock, "[boot-trial-used-up]"));
            state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
            if (i == 0)
                mock_reboot(mock);
        }
        mock_end(mock);
    }
}

TEST(test_counted_before_the_kernel_has_the_machine)
{
    struct mock *mock = trial_begin(true);
    mock->fail_service = MOCK_EXIT;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 2, "");
    mock_end(mock);
}

// Nothing is counted that does not get to the kernel's door.
TEST(test_failures_of_the_loader_are_not_counted)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/loader.conf", "boot_tries=\"3\"\nkernel=\"/kernel/gone.elf\"\n");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    state_expect_none(mock, BTL_VARIABLE_TRIAL);
    mock_end(mock);
}

// BtlTrial goes on saying that the wanted one has no tries left.
TEST(test_fallback_on_trial_is_not_counted)
{
    struct mock *mock = trial_begin(false);
    mock_add_text(mock, "/loader.conf.prev", GOOD "boot_tries=\"2\"\n");
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    for (int i = 0; i < 4; i++) {
        struct btlm_boot boot =
            state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[boot-trial-used-up]");
        assert_int_equal(boot.flags & BTLM_BOOT_TRIAL, 0);
        state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
        mock_reboot(mock);
    }
    run(&mock->firmware);
    mock_end(mock);
}

TEST(test_edited_configuration_begins_anew)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    mock_add_text(mock, "/loader.conf", TRIAL "# changed\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL "# changed\n", "/loader.conf", 2, "");
    mock_end(mock);
}

TEST(test_good_one_is_not_counted)
{
    struct mock *mock = trial_begin(false);
    state_put(mock, BTL_VARIABLE_GOOD, TRIAL, "/loader.conf", 0, "");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_GOOD);
    assert_int_equal(boot.timeout, 0);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

TEST(test_count_of_a_good_one_goes_away)
{
    struct mock *mock = trial_begin(false);
    state_put(mock, BTL_VARIABLE_GOOD, TRIAL, "/loader.conf", 0, "");
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 1, "");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect_none(mock, BTL_VARIABLE_TRIAL);
    mock_end(mock);
}

TEST(test_watchdog)
{
    static const struct {
        const char *conf;
        uint32_t timeout;
    } cases[] = {{TRIAL "boot_timeout=\"7\"\n", 7},
                 {TRIAL "boot_timeout=\"0\"\n", 0},
                 {GOOD "boot_timeout=\"9\"\n", 9},
                 {GOOD "# nothing\n", 0}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct mock *mock = trial_begin(true);
        mock_add_text(mock, "/loader.conf", cases[i].conf);
        struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
        assert_int_equal(boot.timeout, cases[i].timeout);
        mock_end(mock);
    }
}

// A configuration that the kernel gave up is not retried until it is changed.
TEST(test_given_up_by_the_kernel)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_FAILED, TRIAL, "/loader.conf", BTL_FAILED_IN_KERNEL,
              "one\nbase: its load function failed\n");
    for (int i = 0; i < 2; i++) {
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                        "(base: its load function failed)");
        assert_true(mock_said(mock, "a boot of /loader.conf has failed, in the kernel: base: its "
                                    "load function failed"));
        assert_true(mock_said(mock, "[boot-trial-failed]"));
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
        mock_reboot(mock);
    }
    mock_add_text(mock, "/loader.conf", GOOD "# repaired\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect_none(mock,
                      BTL_VARIABLE_FAILED); // it was about a configuration that no longer exists
    mock_end(mock);
}

// A failure in the loader is no verdict: the configuration is tried again.
TEST(test_failed_in_the_loader_is_tried_again)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_FAILED, TRIAL, "/loader.conf", BTL_FAILED_IN_LOADER, "oh\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    mock_end(mock);
}

TEST(test_without_another_one_it_is_booted_all_the_same)
{
    struct mock *mock = trial_begin_alone();
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, 0);
    assert_true(mock_said(mock, "each of its tries was used"));
    assert_true(mock_said(mock, "[boot-no-fallback]"));
    mock_end(mock);
    mock = trial_begin_alone();
    state_put(mock, BTL_VARIABLE_FAILED, TRIAL, "/loader.conf", BTL_FAILED_IN_KERNEL, "oh\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "the kernel has given it up"));
    assert_true(mock_said(mock, "[boot-no-fallback]"));
    state_expect(mock, BTL_VARIABLE_FAILED, TRIAL, "/loader.conf", BTL_FAILED_IN_KERNEL, "oh");
    mock_end(mock);
}

TEST(test_trial_that_cannot_be_counted_is_not_begun)
{
    for (size_t i = 0; i < STATE_UNWRITABLE; i++) {
        struct mock *mock = trial_begin(true);
        mock->variable_status = state_unwritable[i].status;
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[boot-trial-uncounted]");
        assert_true(mock_said(mock, state_unwritable[i].code));
        mock_end(mock);
        mock = trial_begin_alone();
        mock->variable_status = state_unwritable[i].status;
        struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
        assert_int_equal(boot.flags, 0);
        assert_int_equal(boot.timeout, 0);
        assert_true(mock_said(mock, "[boot-trial-plain]"));
        assert_true(mock_said(mock, state_unwritable[i].code));
        mock_end(mock);
    }
}

TEST(test_store_without_room)
{
    struct mock *mock = trial_begin(true);
    mock->variable_room = 150; // for BtlGood, and not for a second one
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[boot-trial-uncounted]");
    assert_true(mock_said(mock, "[boot-state-full]"));
    mock_end(mock);
}

// No record could name it: no try would be counted.
TEST(test_path_that_no_record_holds)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/a/../x.conf", TRIAL);
    mock_options(mock, "-c /a/../x.conf");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "[option-path]"));
    assert_false(mock_said(mock, "[boot-trial-uncounted]"));
    mock_end(mock);
}

TEST(test_dry_run_writes_nothing)
{
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/new.conf", GOOD "# new\nboot_tries=\"2\"\n");
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/new.conf", 0, "");
    state_put(mock, BTL_VARIABLE_FAILED, "what it was", "/new.conf", BTL_FAILED_IN_LOADER, "oh\n");
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "/new.conf")); // a boot would choose it
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

TEST(test_dry_run_of_a_used_up_one)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[boot-trial-used-up]"));
    assert_true(mock_said(mock, "a boot would go on with /loader.conf.prev"));
    mock_end(mock);
}

// Only the configuration as it is can prove itself.
TEST(test_safe_boot_is_not_counted)
{
    struct btl_manifest manifest;
    struct mock *mock = trial_begin(true);
    mock_add_text(mock, "/loader.conf",
                  TRIAL "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlate.depth=\"4\"\n"
                        "late_on_error=\"halt\"\n");
    mock_options(mock, "-s");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_SAFE);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    assert_true(mock_said(mock, "safe boot"));
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 1); // without base
    assert_int_equal(mock_module(&manifest, "late")->tunable_count, 0);
    mock_end(mock);
}

// The first one was counted and failed after that: one boot counts one try.
TEST(test_one_boot_counts_one_try)
{
    struct mock *mock = trial_begin(false);
    mock_add_text(mock, "/loader.conf.prev", GOOD "boot_tries=\"2\"\n");
    mock->fail_service = MOCK_MEMORY_MAP; // the second one, of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    struct btlm_boot boot =
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "writing the manifest");
    assert_int_equal(boot.flags & BTLM_BOOT_TRIAL, 0);
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 2, "");
    mock_end(mock);
}

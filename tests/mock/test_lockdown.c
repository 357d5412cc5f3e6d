// SPDX-License-Identifier: BSD-2-Clause
// What a loader that enforces seals permits in the menu and by options: each line of `allow`.
#include "menu_user.h"
#include "trial.h"
#include "trust.h"

#include <string.h>

static struct mock *begin(uint32_t allow, const char *keys)
{
    struct mock *mock = trust_begin(&(struct trust_seal){.allow = allow});
    mock_options(mock, "-i");
    mock->keys = keys;
    return mock;
}

static uint32_t flags_of(struct mock *mock)
{
    struct btl_manifest manifest;
    mock_expect_boot(mock, "");
    mock_manifest(mock, &manifest);
    mock_end(mock);
    return btl_manifest_boot(&manifest)->flags;
}

TEST(test_changes)
{
    assert_int_equal(flags_of(begin(0, "o{see permits no changes}b")) & BTLM_BOOT_CHANGED, 0);
    assert_int_equal(flags_of(begin(BTL_SEAL_ALLOW_SAFE | BTL_SEAL_ALLOW_SHELL,
                                    "o{see btl seal --allow menu}b")) &
                         BTLM_BOOT_CHANGED,
                     0);
    assert_int_not_equal(flags_of(begin(BTL_SEAL_ALLOW_MENU, "o{see Kernel options}x{enter}b")) &
                             BTLM_BOOT_CHANGED,
                         0);
}

// A change may name another kernel; that must be sealed too.
TEST(test_module_page)
{
    struct mock *mock = begin(0, MODULE("") "{enter}{see permits no changes}{escape}{escape}b");
    assert_int_equal(flags_of(mock) & BTLM_BOOT_CHANGED, 0);
}

TEST(test_safe_boot_in_the_menu)
{
    assert_int_equal(flags_of(begin(0, "s{see permits no safe boot}b")) & BTLM_BOOT_SAFE, 0);
    assert_int_not_equal(flags_of(begin(BTL_SEAL_ALLOW_SAFE, "sb")) & BTLM_BOOT_SAFE, 0);
}

TEST(test_safe_boot_by_option)
{
    for (uint32_t allow = 0; allow <= BTL_SEAL_ALLOW_SAFE; allow += BTL_SEAL_ALLOW_SAFE) {
        struct btl_manifest manifest;
        struct mock *mock = trust_begin(&(struct trust_seal){.allow = allow});
        mock_options(mock, "-s");
        mock_expect_boot(mock, allow == 0 ? "seal-no-safe" : NULL);
        mock_manifest(mock, &manifest);
        assert_int_equal(btl_manifest_boot(&manifest)->flags & BTLM_BOOT_SAFE,
                         allow == 0 ? 0 : BTLM_BOOT_SAFE);
        mock_end(mock);
    }
}

TEST(test_shell)
{
    struct mock *mock = begin(0, "h{see permits no shell}b");
    mock->has_shell = true;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->shell_runs, 0);
    mock_end(mock);
    mock = begin(BTL_SEAL_ALLOW_SHELL, "h{see Back from the shell}b");
    mock->has_shell = true;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->shell_runs, 1);
    assert_int_equal(mock->calls[MOCK_VERIFY_IMAGE], 2); // the shell may have changed the seal
    mock_end(mock);
}

static void change_module(struct mock *mock)
{
    trust_change(mock, "/loader.conf");
}

TEST(test_files_that_the_shell_has_changed)
{
    struct mock *mock = begin(BTL_SEAL_ALLOW_SHELL, "h{see cannot be booted so}q");
    mock->has_shell = true;
    mock->in_shell = change_module;
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

// Without a seal nothing is permitted but to look, to choose another configuration, to leave.
TEST(test_menu_of_a_refused_configuration)
{
    struct mock *mock = begin(7, "{see cannot be booted so}o{see permits no changes}"
                                 "s{see permits no safe boot}"
                                 "h{see permits no shell}{see cannot be booted so}q");
    mock->has_shell = true;
    trust_change(mock, "/loader.conf");
    mock_expect_return(mock, FW_ABORTED);
    assert_int_equal(mock->shell_runs, 0);
    mock_end(mock);
}

#define OTHER "kernel=\"/kernel/kernel.elf\"\ntitle=\"The other\"\n"

// Titles of texts that were not verified are not read.
TEST(test_another_configuration_of_the_menu)
{
    for (int sealed = 0; sealed < 2; sealed++) {
        struct mock *mock = begin(0, sealed ? "{see other.conf}{not The other}{down}{down}{enter}"
                                              "{see The other}b"
                                            : "{see other.conf}{not The other}{down}{down}{enter}"
                                              "{see cannot be booted so}q");
        mock_add_text(mock, "/loader.conf.d/other.conf", OTHER);
        if (sealed) {
            trust_seal(mock, &(struct trust_seal){.conf = "/loader.conf.d/other.conf"});
            state_boot(mock, "/loader.conf.d/other.conf", BTLM_HOW_MENU);
        } else {
            mock_expect_return(mock, FW_ABORTED);
        }
        mock_end(mock);
    }
}

TEST(test_setup_and_reset_are_permitted)
{
    struct mock *mock = begin(0, "tq");
    mock->has_setup = true;
    run(&mock->firmware);
    assert_true(mock->entered_setup);
    mock_end(mock);
    mock = begin(0, "r");
    run(&mock->firmware);
    assert_true(mock->reset);
    mock_end(mock);
}

// The changed text would need a seal of its own.
TEST(test_pending_changes_are_refused)
{
    static const char conf[] = "base_load=\"YES\"\n";
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    mock_add_text(mock, "/loader.conf", conf);
    trust_seal(mock, &(struct trust_seal){.allow = 7});
    state_put(mock, BTL_VARIABLE_PENDING, conf, "/loader.conf", 3, "late_load=\"YES\"\n");
    mock_expect_boot(mock, "boot-pending-refused");
    assert_true(mock_said(mock, "make them with 'btl set'"));
    assert_int_equal(mock->changes, 1); // the deletion of BtlPending
    state_expect_none(mock, BTL_VARIABLE_PENDING);
    mock_end(mock);
}

// What a power failure has left of a change is not completed: its text was not verified.
TEST(test_interrupted_change_is_not_completed)
{
    static const char conf[] = "base_load=\"YES\"\n", changed[] = "base_load=\"NO\"\n";
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    mock_add_text(mock, "/loader.conf", conf);
    trust_seal(mock, &(struct trust_seal){.level = 1});
    *mock_file(mock, "/loader.conf") = (struct mock_file){.path = "/"};
    mock_add_text(mock, "/loader.conf.new", changed);
    state_put(mock, BTL_VARIABLE_PENDING, conf, "/loader.conf", 3, changed);
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_false(mock_has_file(mock, "/loader.conf"));
    mock_end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// The page of a module and its changes.
#include "menu_user.h"

TEST(test_module_is_switched_off)
{
    static const char *const order[] = {"base", "user", "lazy"};
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin(MODULE("{down}{down}") "{see Modules > late}{see Load it}n{see late_load=\"NO\"}"
                                          "{see NO}{escape}{see off}b");
    menu_boot(mock, &manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_ORDER), BTL_COUNT(order));
    for (uint64_t i = 0; i < BTL_COUNT(order); i++) {
        const uint32_t *index = btl_manifest_entry(&manifest, BTLM_ORDER, i);
        mock_expect_text(&manifest, btl_manifest_module(&manifest, *index)->name, order[i]);
    }
    mock_end(mock);
}

TEST(test_module_is_switched_off_and_on_again)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        MODULE("{down}{down}") "n{see late_load=\"NO\"}n{see late_load=\"YES\"}{escape}b");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    mock_end(mock);
}

TEST(test_blacklisted_module_is_switched_on)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "{right}{down}{see named in module_blacklist}{enter}{see Modules > base}n"
        "{see base_load=\"YES\"}{escape}c{see module_blacklist=\"gone,other\"}q{escape}b");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"NO\"\nlazy_load=\"YES\"\nmodule_blacklist=\"gone base other\"\n");
    menu_boot(mock, &manifest);
    mock_module(&manifest, "base");
    mock_end(mock);
}

// Undo takes back all that switching it on has changed: it is on the blacklist again.
TEST(test_undo_puts_a_module_on_the_blacklist_again)
{
    static const char *const keys[] = {
        "{right}{down}{see named in module_blacklist}{enter}{see Modules > base}nu"
        "{see base is as in /loader.conf again}{see NO}{escape}c{not module_blacklist}q{escape}b",
        // Another module that was removed stays removed.
        "{right}{down}{down}{enter}{see Modules > late}n{escape}"
        "{enter}{see Modules > base}nu{see NO}{escape}c"
        "{see module_blacklist=\"gone,base\"}q{escape}b"};
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        struct btl_manifest manifest;
        struct mock *mock = menu_begin(keys[i]);
        mock_add_text(mock, "/loader.conf",
                      "base_load=\"YES\"\nlazy_load=\"YES\"\nlate_load=\"NO\"\n"
                      "module_blacklist=\"gone base late\"\n");
        menu_boot(mock, &manifest);
        for (uint64_t at = 0; at < btl_manifest_count(&manifest, BTLM_MODULES); at++) {
            struct btl_str name =
                btl_manifest_str(&manifest, btl_manifest_module(&manifest, at)->name);
            assert_false(btl_str_equal(name, BTL_STR("base")));
        }
        mock_end(mock);
    }
}

TEST(test_phase_is_changed_to_one_that_is_supported)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        MODULE("{down}{down}") "{down}{not BOOT1}{see BOOT2 (now): after}{see INIT: when init}{see "
                               "AUTO: when}"
                               "{enter}{see late_phase=\"INIT\"}{see INIT (now)}{escape}b");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_INIT);
    mock_end(mock);
}

TEST(test_phase_is_undone)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        MODULE("{down}{down}") "p{see late_phase=\"INIT\"}p{see late_phase=\"AUTO\"}"
                               "p{see late_phase is as in /loader.conf again}{see BOOT2 (now)}"
                               "{escape}b");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_BOOT2);
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

// A file that says no phase: after the last one comes what it says.
TEST(test_phase_that_the_file_does_not_say)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(MODULE(
        "") "{see Modules > late}p{see late_phase=\"BOOT2\"}p{see late_phase=\"INIT\"}p"
            "{see late_phase=\"AUTO\"}p{see late_phase is as in /loader.conf again}{escape}b");
    mock_add_text(mock, "/loader.conf", "late_load=\"YES\"\n");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_INIT);
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

// Of a module that has no file every phase may be said; the planner judges.
TEST(test_phase_of_a_module_without_metadata)
{
    struct mock *mock = menu_begin("{right}{enter}{see Modules > gone}{down}{see BOOT1: linked}"
                                   "p{see gone_phase=\"BOOT1\"}{see gone: the file does not exist}u"
                                   "{see gone is as in}{escape}q");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\ngone_load=\"YES\"\n");
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_phase_of_a_dependency_switches_it_on)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "{right}{down}{enter}{see Modules > user}{escape}{up}{enter}{see Modules > base}"
        "{see where user pulls it}{down}{see BOOT1 (now): linked by the loader}"
        "{enter}{see base_phase=\"BOOT1\"}p{see base_phase=\"BOOT2\"}p{see base_phase=\"INIT\"}"
        "{see configured for INIT}{escape}b");
    mock_add_text(mock, "/loader.conf", "user_load=\"YES\"\nuser_phase=\"BOOT1\"\n");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->configured, BTL_PHASE_INIT);
    assert_int_equal(mock_module(&manifest, "base")->phase, BTL_PHASE_BOOT1);
    mock_end(mock);
}

TEST(test_flags_are_edited)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin(MODULE("{down}") "{see Modules > user}{see \"verbose=1\"}f{backspace}2 more"
                                    "{enter}{see user_flags=\"verbose=2 more\"}{escape}b");
    menu_boot(mock, &manifest);
    mock_expect_text(&manifest, mock_module(&manifest, "user")->arguments, "verbose=2 more");
    mock_end(mock);
}

TEST(test_tunable_is_edited)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin(MODULE("{down}{down}") "{down}{down}{down}{down}{see \"4\"}{see "
                                          "entries in the queue}{see default: 8}"
                                          "{enter}{see Default: 8}{see late.depth}\x15"
                                          "16{enter}"
                                          "{see late.depth=\"16\"}{escape}b");
    menu_boot(mock, &manifest);
    const struct btlm_tunable *tunable = btl_manifest_entry(&manifest, BTLM_TUNABLES, 0);
    mock_expect_text(&manifest, tunable->value, "16");
    mock_end(mock);
}

TEST(test_changes_of_a_module_are_undone)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("ox{enter}" MODULE(
        "{down}{down}") "n{see late_load}f1{enter}{see late_flags}u"
                        "{see late is as in /loader.conf again}u{see Nothing of late was changed}"
                        "{escape}{left}{see changes: 1}b");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "console=com1x");
    mock_end(mock);
}

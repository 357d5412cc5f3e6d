// SPDX-License-Identifier: BSD-2-Clause
// The texts that are looked at: plan, log, diagnostics, explanations, the last failed boot, the
// manifest.
#include "menu_user.h"
#include "state.h"

TEST(test_texts)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "p{see Plan, lines 1 to}{see BOOT1, linked by the loader}{see user: load in "
        "BOOT1}{see needs base}{escape}"
        "g{see Log, lines}{see BTL test on Mock}q"
        "d{see errors: 0, warnings: 0}q"
        "f{see No failed boot is on record}q"
        "c{see Nothing was changed}q"
        "econf-bad-ph{enter}{see conf-bad-phase: the value of}{not conf-bad-number}{escape}"
        "enothing{enter}{see No message has a code}{escape}"
        "b");
    menu_boot(mock, &manifest);
    mock_end(mock);
}

TEST(test_last_failed_boot)
{
    struct mock *mock = menu_begin(
        "f{see The last boot of /old.conf failed in the kernel}{see disk: boom}{see second?}qq");
    state_put(mock, BTL_VARIABLE_FAILED, "old", "/old.conf", BTL_FAILED_IN_KERNEL,
              "disk: boom\nsecond\x1b\n");
    menu_leave(mock);
    mock_end(mock);
    // Configurations that were given up, and no boot that it is about.
    struct btl_record list = {.valid = true, .given_up_count = 1};
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size = btl_record_write(BTL_VARIABLE_FAILED, &list, bytes);
    mock = menu_begin("{right}{right}{see none on record}f{see No failed boot is on record}qq");
    mock_variable_put(mock, btl_variable_name(BTL_VARIABLE_FAILED), bytes, size);
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_diagnostics_with_explanations)
{
    struct mock *mock = menu_begin("d{see conf-unknown-key}{see no program reads this key}"
                                   "qe{see conf-unknown-key}{enter}{see Explanation}qq");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\nkernle=\"x\"\n");
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_long_text_page_by_page)
{
    struct mock *mock = menu_begin(
        "e{enter}{see lines 1 to 23 of}{see bls-bad-path}{pagedown}{see lines 24 to 46}"
        "{up}{see lines 23 to 45}{pageup}{see lines 1 to 23}{end}{not lines 1 to}{see "
        "watchdog-unusable}"
        "{down}{home}{see lines 1 to 23}{down}{see lines 2 to 24} {see lines 25 to}b{see "
        "lines 2 to 24}"
        "{escape}q");
    menu_leave(mock);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

TEST(test_manifest_is_shown_and_nothing_is_started)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "m{see manifest}{see lines 1 to 23 of}{see System:}{end}{escape}{see Kernel options}b");
    menu_boot(mock, &manifest);
    assert_true(mock_said(mock, "System:"));
    mock_end(mock);
}

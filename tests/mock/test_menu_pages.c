// SPDX-License-Identifier: BSD-2-Clause
// The boot page: changes for this boot, and undoing them.
#include "menu_user.h"

TEST(test_return_boots_what_is_planned)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin("{see boot menu}{see /loader.conf}{see Kernel options}{see \"console=com1\"}"
                   "{see BOOT1 base user}{see BOOT2 late}{see AUTO lazy}{enter}");
    menu_boot(mock, &manifest);
    assert_int_equal(menu_boot_flags(&manifest) & (BTLM_BOOT_CHANGED | BTLM_BOOT_SAFE), 0);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

TEST(test_kernel_options_are_edited)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "o{see kernel_options}{see console=com1}{home}x {right}{delete}{end}{backspace} \"q\" \\z"
        "{left}{left}{backspace}{enter}"
        "{see For this boot: kernel_options=}{see changes: 1}b");
    menu_boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options,
                     "x cnsole=com \"q\"\\z");
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, BTLM_BOOT_CHANGED);
    mock_end(mock);
}

TEST(test_what_is_left_is_no_change)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin("oabc{escape}{see left as it is}o{enter}{see left as it is}{see changes: 0}b");
    menu_boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "console=com1");
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

TEST(test_undo_of_everything)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("ox{enter}{see changes: 1}ou{enter}{see com1xu}u{see changes: 0}"
                                   "{see \"console=com1\"}u{see Nothing was changed}b");
    menu_boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "console=com1");
    mock_end(mock);
}

TEST(test_safe_boot)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin("{see Safe boot}s{see Safe boot is on}{see /loader.conf, safe}ss{see is on}b");
    mock_add_text(
        mock, "/loader.conf",
        "base_load=\"YES\"\nbase_on_error=\"fallback\"\nlate_load=\"YES\"\nlate.depth=\"4\"\n");
    menu_boot(mock, &manifest);
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_SAFE, BTLM_BOOT_SAFE);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 1);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_TUNABLES), 0);
    mock_end(mock);
}

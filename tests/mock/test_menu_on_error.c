// SPDX-License-Identifier: BSD-2-Clause
// What a failure of a module means: the page behind its page.
#include "menu_user.h"

#include <stdio.h>

TEST(test_on_error_is_changed)
{
    static const struct {
        const char *keys;
        enum btl_on_error on_error;
    } levels[] = {{"", BTL_ON_ERROR_IGNORE},
                  {"{down}", BTL_ON_ERROR_WARN},
                  {"{down}{down}", BTL_ON_ERROR_FALLBACK},
                  {"{down}{down}{down}", BTL_ON_ERROR_HALT}};
    for (size_t i = 0; i < BTL_COUNT(levels); i++) {
        char keys[400];
        struct btl_manifest manifest;
        snprintf(
            keys, sizeof(keys),
            MODULE(
                "{down}{down}") "{see On failure}{see required}e{see Modules > late > On failure}"
                                "{see a failure is in the log alone}{see the boot stops}%s"
                                "{enter}{see late_on_error=\"%s\"}{see Modules > late}"
                                "{not required}{escape}b",
            levels[i].keys, btl_on_error_name(levels[i].on_error));
        struct mock *mock = menu_begin(keys);
        mock_add_text(mock, "/loader.conf",
                      "user_load=\"YES\"\nlate_load=\"YES\"\nlate_required=\"YES\"\n");
        menu_boot(mock, &manifest);
        uint32_t flags = mock_module(&manifest, "late")->flags;
        assert_int_equal(BTLM_ON_ERROR(flags), levels[i].on_error);
        assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, BTLM_BOOT_CHANGED);
        mock_end(mock);
    }
}

TEST(test_on_error_is_undone)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin(MODULE("{down}{down}") "e{enter}{see late_on_error=\"ignore\"}"
                                          "eu{see late_on_error is as in /loader.conf "
                                          "again}{see warn}e{escape}"
                                          "e{enter}u{see late is as in /loader.conf "
                                          "again}{see warn}{escape}b");
    menu_boot(mock, &manifest);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "late")->flags), BTL_ON_ERROR_WARN);
    assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

// It may be changed of one that merely comes along, and of one that has failed.
TEST(test_on_error_of_other_modules)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "{right}{see gone}{down}{enter}{see Modules > base}e{down}{down}{down}{enter}"
        "{see base_on_error=\"halt\"}{escape}{up}{enter}{see Modules > gone}{see fallback}e"
        "{see (now) the last good configuration is booted}{enter}{see "
        "gone_on_error=\"ignore\"}{escape}b");
    mock_add_text(mock, "/loader.conf",
                  "user_load=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_expect_boot(mock, "");
    assert_string_equal(mock->keys, "");
    mock_manifest(mock, &manifest);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "base")->flags), BTL_ON_ERROR_HALT);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "gone")->flags), BTL_ON_ERROR_IGNORE);
    mock_end(mock);
}

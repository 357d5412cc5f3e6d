// SPDX-License-Identifier: BSD-2-Clause
// What a failure of a module means: the row "On failure" of its page.
#include "menu_user.h"

#include <stdio.h>

TEST(test_on_error_is_changed)
{
    static const enum btl_on_error levels[] = {BTL_ON_ERROR_WARN, BTL_ON_ERROR_IGNORE,
                                               BTL_ON_ERROR_FALLBACK, BTL_ON_ERROR_HALT};
    for (size_t i = 0; i < BTL_COUNT(levels); i++) {
        char keys[400];
        struct btl_manifest manifest;
        int len = snprintf(keys, sizeof(keys),
                           MODULE("{down}{down}") "{see On failure}{down}{down}{down}"
                                                  "{see required (now): fallback, or halt}"
                                                  "{see ignore: a failure is in the log alone}"
                                                  "{see halt: the boot stops}");
        for (size_t taken = 0; taken <= i; taken++)
            len += snprintf(keys + len, sizeof(keys) - (size_t)len, "e{see late_on_error=\"%s\"}",
                            btl_on_error_name(levels[taken]));
        snprintf(keys + len, sizeof(keys) - (size_t)len, "{see %s (now)}{not required}{escape}b",
                 btl_on_error_name(levels[i]));
        struct mock *mock = menu_begin(keys);
        mock_add_text(mock, "/loader.conf",
                      "user_load=\"YES\"\nlate_load=\"YES\"\nlate_required=\"YES\"\n");
        menu_boot(mock, &manifest);
        uint32_t flags = mock_module(&manifest, "late")->flags;
        assert_int_equal(BTLM_ON_ERROR(flags), levels[i]);
        assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, BTLM_BOOT_CHANGED);
        mock_end(mock);
    }
}

// After the last level comes what the file says, "required" too.
TEST(test_on_error_is_undone)
{
    static const struct {
        const char *keys, *conf;
        enum btl_on_error on_error;
    } cases[] = {
        {MODULE("{down}{down}") "e{see late_on_error=\"ignore\"}ee{see late_on_error=\"halt\"}"
                                "e{see late_on_error is as in /loader.conf again}{see warn (now)}"
                                "eu{see late is as in /loader.conf again}{see warn}{escape}b",
         "user_load=\"YES\"\nlate_load=\"YES\"\n", BTL_ON_ERROR_WARN},
        {MODULE("{down}{down}") "eeee{see late_on_error=\"halt\"}"
                                "e{see late_on_error is as in /loader.conf again}"
                                "{see required (now)}{escape}b",
         "user_load=\"YES\"\nlate_load=\"YES\"\nlate_required=\"YES\"\n", BTL_ON_ERROR_REQUIRED},
        {MODULE("{down}{down}") "eee{see late_on_error=\"ignore\"}"
                                "e{see late_on_error is as in /loader.conf again}"
                                "{see fallback (now)}{escape}b",
         "user_load=\"YES\"\nlate_load=\"YES\"\nlate_on_error=\"fallback\"\n",
         BTL_ON_ERROR_FALLBACK}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct btl_manifest manifest;
        struct mock *mock = menu_begin(cases[i].keys);
        mock_add_text(mock, "/loader.conf", cases[i].conf);
        menu_boot(mock, &manifest);
        uint32_t flags = mock_module(&manifest, "late")->flags;
        assert_int_equal(BTLM_ON_ERROR(flags), cases[i].on_error);
        assert_int_equal(menu_boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
        mock_end(mock);
    }
}

// It may be changed of one that merely comes along, and of one that has failed.
TEST(test_on_error_of_other_modules)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "{right}{see gone}{down}{enter}{see Modules > base}eee{see base_on_error=\"halt\"}"
        "{escape}{up}{enter}{see Modules > gone}{see fallback}{down}{down}{down}"
        "{see fallback (now): the last good configuration is booted}{enter}{enter}{enter}"
        "{see gone_on_error=\"ignore\"}{escape}b");
    mock_add_text(mock, "/loader.conf",
                  "user_load=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_expect_boot(mock, "");
    assert_string_equal(mock->keys, "");
    mock_manifest(mock, &manifest);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "base")->flags), BTL_ON_ERROR_HALT);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "gone")->flags), BTL_ON_ERROR_IGNORE);
    mock_end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// The list of modules.
#include "menu_user.h"

TEST(test_modules_are_listed)
{
    struct mock *mock =
        menu_begin("{right}{see base}{see BOOT1}{see load}{see counts, version 1.2}"
                   "{see supports BOOT1,BOOT2,RUN}{down}{see ready}{see Add a module}{left}"
                   "{see Kernel options}q");
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_failed_modules_come_first_with_their_reason)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("{see [file-not-found]}{right}{see failed}b");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\ngone_load=\"YES\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "gone")->state, BTLM_FAILED);
    mock_end(mock);
}

TEST(test_module_is_added)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("a{see Add a module}{see /modules}no good{enter}{see A name "
                                   "has}alate{enter}{see late_load}b");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\n");
    menu_boot(mock, &manifest);
    mock_module(&manifest, "late");
    mock_end(mock);
}

TEST(test_details_of_a_row)
{
    struct mock *mock = menu_begin(
        "{right}{down}v{see Details, lines}{see supports BOOT1}{escape}{see Add a module}q");
    menu_leave(mock);
    mock_end(mock);
}

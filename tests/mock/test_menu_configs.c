// SPDX-License-Identifier: BSD-2-Clause
// The configurations on the boot page.
#include "menu_user.h"
#include "state.h"

#define PREV     "late_load=\"YES\"\n"
#define ON_TRIAL "boot_tries=\"3\"\nbase_load=\"YES\"\n"

static void add_configurations(struct mock *mock)
{
    mock_add_text(mock, "/loader.conf", "title=\"Every day\"\nbase_load=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.prev", PREV);
    mock_add_text(mock, "/loader.conf.d/rescue.conf",
                  "title=\"R\xc3\xa4ttung\"\nkernel_options=\"rescue\"\nlazy_load=\"YES\"\n");
}

TEST(test_configurations_are_listed_and_chosen)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin(
        "{see Every day}{see (chosen) default}{see R\xc3\xa4ttung}{see /loader.conf.d/rescue.conf}"
        "{see /loader.conf.prev}ox{enter}{see changes: 1}"
        "{down}{down}{down}{see Return chooses it}{enter}"
        "{see /loader.conf.d/rescue.conf was chosen}{see INIT lazy}{see changes: 0}"
        "{enter}");
    add_configurations(mock);
    menu_boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_boot(&manifest)->path, "/loader.conf.d/rescue.conf");
    assert_int_equal(btl_manifest_boot(&manifest)->how, BTLM_HOW_MENU);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "rescue");
    mock_module(&manifest, "lazy");
    mock_end(mock);
}

TEST(test_marks_of_configurations)
{
    struct mock *mock =
        menu_begin("{see (chosen) default, on trial, 2 of 3 tries left}{see last good}q");
    add_configurations(mock);
    mock_add_text(mock, "/loader.conf", ON_TRIAL);
    state_put(mock, BTL_VARIABLE_TRIAL, ON_TRIAL, "/loader.conf", 3, "");
    state_put(mock, BTL_VARIABLE_GOOD, PREV, "/loader.conf.prev", 0, "");
    menu_leave(mock);
    mock_end(mock);
}

TEST(test_hostile_titles)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("{see title?\xc2\xa0?x}{see wide\xe4\xb8\xad}b");
    mock_add_text(mock, "/loader.conf", "title=\"title\xe2\x80\xae\xc2\xa0\xf0\x9f\x98\x80x\"\n");
    mock_add_text(mock, "/loader.conf.d/a.conf", "title=\"wide\xe4\xb8\xad\xe6\x96\x87\"\n");
    mock_add_text(mock, "/loader.conf.d/b.conf", "title=\"\xff\xfe\x1b[2J\"\n\x9b");
    menu_boot(mock, &manifest);
    mock_end(mock);
}

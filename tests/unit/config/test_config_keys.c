// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdio.h>

#include "parsed_text.h"

TEST(test_unknown_key_names_the_nearest)
{
    static const char *const cases[][2] = {
        {"hello_laod", "hello_load"},
        {"hello_phse", "hello_phase"},
        {"hello_requierd", "hello_required"},
        {"my_disk_flag", "my_disk_flags"},
        {"kernal", "kernel"},
        {"kernel_option", "kernel_options"},
        {"autoboot_dely", "autoboot_delay"},
        {"modules_path", "module_path"},
        {"Verbose", "verbose"},
        {"module_blocklist", "module_blacklist"},
        {"hello_on_eror", "hello_on_error"},
        {"my_disk_no_error", "my_disk_on_error"},
        {"hello_onerror", "hello_on_error"},
        {"boot_try", "boot_tries"},
        {"boot_time_out", "boot_timeout"},
        {"titel", "title"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        char text[64], expected[256];
        snprintf(text, sizeof(text), "\n%s=YES", cases[i][0]);
        snprintf(expected, sizeof(expected),
                 "loader.conf:2:1: warning: the key \"%s\" is unknown and has no effect; did you "
                 "mean \"%s\"? [conf-unknown-key]\n",
                 cases[i][0], cases[i][1]);
        assert_complaint(btl_str_of(text), expected);
    }
}

TEST(test_unknown_key_that_is_near_to_none)
{
#define UNKNOWN(key)                                                                               \
    "loader.conf:1:1: warning: the key \"" key "\" is unknown and has no effect; loader.conf(5) "  \
    "lists the keys [conf-unknown-key]\n"
    COMPLAINT("beastie_disable=\"YES\"", UNKNOWN("beastie_disable"));
    COMPLAINT("zzz=1", UNKNOWN("zzz"));
    COMPLAINT("_=1", UNKNOWN("_"));
    COMPLAINT("_laod=1", UNKNOWN("_laod")); // "_load" would be no key either
    COMPLAINT("a_=1", UNKNOWN("a_"));
    COMPLAINT("-=1", UNKNOWN("-"));
}

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
    COMPLAINT("my_own_words=\"YES\"", UNKNOWN("my_own_words"));
    COMPLAINT("zzz=1", UNKNOWN("zzz"));
    COMPLAINT("_=1", UNKNOWN("_"));
    COMPLAINT("_laod=1", UNKNOWN("_laod")); // "_load" would be no key either
    COMPLAINT("a_=1", UNKNOWN("a_"));
    COMPLAINT("-=1", UNKNOWN("-"));
}

// "Did you mean loader_load" would load a module of the name loader.
TEST(test_key_of_freebsd_is_told_from_a_slip)
{
    static const char *const keys[] = {"loader_logo", "beastie_disable", "boot_verbose",
                                       "console",     "loader_color",    "mfs_type",
                                       "snd_before",  "acpi_after"};
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        char text[64], expected[256];
        snprintf(text, sizeof(text), "%s=x", keys[i]);
        snprintf(expected, sizeof(expected),
                 "loader.conf:1:1: warning: the key \"%s\" is unknown and has no effect; FreeBSD's "
                 "loader has this key, BTL does not; remove the line [conf-unknown-key]\n",
                 keys[i]);
        assert_complaint(btl_str_of(text), expected);
    }
}

TEST(test_name_of_the_file_before_a_key)
{
    COMPLAINT(
        "hello.ko_load=YES",
        "loader.conf:1:1: warning: the key \"hello.ko_load\" is unknown and has no effect; did "
        "you mean \"hello_load\"? [conf-unknown-key]\n");
    COMPLAINT("a-b.ko_on_error=warn",
              "loader.conf:1:1: warning: the key \"a-b.ko_on_error\" is unknown and has no effect; "
              "did you mean \"a-b_on_error\"? [conf-unknown-key]\n");
    COMPLAINT("hello.ko_size=1", ""); // a tunable
    COMPLAINT("hello.ko_=1", "");
}

TEST(keys_are_named_one_after_another)
{
    assert_true(btl_str_equal(btl_config_key_name(false, 0), BTL_STR("kernel")));
    assert_true(btl_str_equal(btl_config_key_name(false, 1), BTL_STR("kernel_sha256")));
    assert_true(btl_str_equal(btl_config_key_name(true, 0), BTL_STR("load")));
    assert_true(btl_str_equal(btl_config_key_name(true, 6), BTL_STR("required")));
    assert_null(btl_config_key_name(true, 10).at);
    assert_null(btl_config_key_name(false, 100).at);
}

// A key of the whole boot or of a module `x` takes each of its words, and no other one. Return
// their number.
static size_t words_taken(bool of_module, struct btl_str key)
{
    char text[64], whole[64];
    struct btl_str word;
    size_t count = 0;
    btl_format_to(whole, sizeof(whole), "%s%pS", of_module ? "x_" : "", &key);
    while ((word = btl_config_value_word(btl_str_of(whole), count)).at != NULL) {
        btl_format_to(text, sizeof(text), "%s=%pS", whole, &word);
        assert_complaint(btl_str_of(text), "");
        count++;
    }
    return count;
}

TEST(words_of_values_are_taken)
{
    static const struct {
        const char *key;
        size_t words;
    } cases[] = {
        {"menu", 3},    {"stage", 3},       {"module_register", 3}, {"required_failure", 2},
        {"quiet", 2},   {"x_load", 2},      {"x_phase", 4},         {"x_on_error", 4},
        {"kernel", 0},  {"x_flags", 0},     {"boot_tries", 0},      {"x.tunable", 0},
        {"unheard", 0}, {"kernel_type", 5}, {"x_serial", 2},        {"file_x", 0},
        {"hash", 3},    {"seal", 2},        {"volume", 2},          {"tpm", 3},
        {"aslr", 2}};
    struct btl_str key;
    size_t count = 0;
    for (int of_module = 0; of_module < 2; of_module++)
        for (size_t i = 0; (key = btl_config_key_name(of_module, i)).at != NULL; i++)
            count += words_taken(of_module, key);
    assert_int_equal(count, 3 + 3 + 3 + 3 + 3 + 2 + 2 + 2 + 2 + 2 + 2 + 2 + 2 + 2 + 4 + 4 + 5 + 2);
    for (size_t i = 0; i < BTL_COUNT(cases); i++)
        assert_int_equal(words_taken(false, btl_str_of(cases[i].key)), cases[i].words);
}

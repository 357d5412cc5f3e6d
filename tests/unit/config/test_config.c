// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "btl_test.h"
#include "parsed_text.h"

TEST(test_empty_texts_give_the_defaults)
{
    static const char *const texts[] = {"",          "\n",          "\r\n", "# nothing\n",
                                        " \t \n\n#", "\xef\xbb\xbf"};
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        struct parsed parsed;
        parse(&parsed, btl_str_of(texts[i]));
        assert_true(parsed.good);
        assert_codes(&parsed.memory, &parsed.diags, "");
        assert_str(&parsed.memory, parsed.config.file, "loader.conf");
        assert_str(&parsed.memory, parsed.config.kernel, "/kernel/kernel.elf");
        assert_str(&parsed.memory, parsed.config.kernel_options, "");
        assert_str(&parsed.memory, parsed.config.module_path, "/modules");
        assert_int_equal(parsed.config.autoboot_delay, 0);
        assert_false(parsed.config.verbose || parsed.config.quiet || parsed.config.manifest_save);
        assert_int_equal(parsed.config.required_failure, BTL_STOP_WAIT);
        assert_null(parsed.config.kernel_setting);
        assert_int_equal(parsed.config.setting_count + parsed.config.module_count, 0);
        parse_end(&parsed);
    }
}

TEST(test_setting_place_is_that_of_the_key)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("\n  quiet=YES"));
    struct btl_place place =
        btl_setting_place(&parsed.config, &parsed.config.settings[0], BTL_STR("m"));
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 3);
    assert_str(&parsed.memory, place.file, "loader.conf");
    assert_str(&parsed.memory, place.module, "m");
    place = btl_setting_place(&parsed.config, NULL, BTL_STR(""));
    assert_int_equal(place.line + place.column, 0);
    assert_str(&parsed.memory, place.file, "loader.conf");
    parse_end(&parsed);
}

// The sample lines of FreeBSD's loader.conf(5) that BTL shares: read, and at most warned about.
TEST(test_freebsd_syntax_is_read)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("# This is loader.conf\n"
                           "kernel_options=\"-s -v\"\t\t# options\n"
                           "autoboot_delay=\"10\"\n"
                           "zfs_load=\"YES\"\n"
                           "hw.pci.do_power_nodriver=\"3\"\n"
                           "kern.maxfiles=25000\n"
                           "if_bridge_load=\"yes\"\n"
                           "beastie_disable=\"YES\"\n"));
    assert_true(parsed.good);
    assert_codes(&parsed.memory, &parsed.diags, "conf-unknown-key");
    assert_int_equal(parsed.config.autoboot_delay, 10);
    assert_str(&parsed.memory, parsed.config.modules[3].name, "if_bridge");
    parse_end(&parsed);
}

TEST(test_each_allocation_may_fail)
{
    struct btl_str text = BTL_STR("a_load=YES\na_load=\"N\\O\"\nb.x=\"\\x\"\nc.y=2\nbad line\n"
                                  "hello_laod=YES\nmodule_blacklist=\"d e\"\nquiet=YES\n");
    size_t starts = 0;
    for (size_t n = 0;; n++) {
        struct parsed parsed;
        parse_limited(&parsed, text, n);
        bool starved = parsed.memory.refused > 0;
        if (parsed.config.setting_count == 0) { // then nothing took effect
            assert_false(parsed.good);
            assert_true(parsed.diags.errors > 0);
            assert_false(parsed.config.quiet);
            assert_int_equal(parsed.config.module_count, 0);
            assert_str(&parsed.memory, parsed.config.kernel, "/kernel/kernel.elf");
        } else {
            assert_int_equal(parsed.config.setting_count, 7);
            assert_int_equal(parsed.config.module_count, 5);
            assert_true(parsed.config.quiet && parsed.config.modules[0].load_no);
        }
        parse_end(&parsed);
        starts++;
        if (!starved)
            break;
    }
    assert_true(starts > 10);
}

static double seconds_to_parse(struct btl_str text, size_t *ret_modules)
{
    struct parsed parsed;
    clock_t begin = clock();
    parse(&parsed, text);
    clock_t end = clock();
    *ret_modules = parsed.config.module_count;
    parse_end(&parsed);
    return (double)(end - begin) / CLOCKS_PER_SEC;
}

static struct btl_str many_lines(size_t lines)
{
    char *text = malloc(lines * 64), *at = text;
    for (size_t i = 0; i < lines; i++)
        at += sprintf(at, "mod%zu_load=\"YES\" # the %zuth\nmod%zu.depth=%zu\n", i, i, i, i);
    return (struct btl_str){text, (size_t)(at - text)};
}

// Ten times the lines in about ten times the time; a hundred times would be the square.
TEST(test_ten_thousand_modules_are_linear)
{
    struct btl_str few = many_lines(2000), many = many_lines(20000);
    size_t modules;
    double once = seconds_to_parse(few, &modules);
    assert_int_equal(modules, 2000);
    double ten_times = seconds_to_parse(many, &modules);
    assert_int_equal(modules, 20000);
    assert_true(ten_times < 40 * once + 0.05);
    free((char *)few.at);
    free((char *)many.at);
}

TEST(test_mebibyte_of_one_kind_of_garbage_is_linear)
{
    static const char kinds[] = {'\0', 'a', '"', '=', '\n', ' ', '\\', '\xff', '#', '.', '_'};
    char *text = malloc(1 << 20);
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        size_t modules;
        memset(text, kinds[i], 1 << 20);
        assert_true(seconds_to_parse((struct btl_str){text, 1 << 20}, &modules) < 2);
        memcpy(text, "a=\"", 3);
        assert_true(seconds_to_parse((struct btl_str){text, 1 << 20}, &modules) < 2);
    }
    free(text);
}

TEST(test_utf_16_is_named_once)
{
#define UTF_16                                                                                     \
    "loader.conf: error: the file is in UTF-16; save it as UTF-8 or plain ASCII [conf-encoding]\n"
    COMPLAINT("\xff\xfe"
              "q\0u\0",
              UTF_16);
    COMPLAINT("\xfe\xff\0q\0u", UTF_16);
}

TEST(test_file_of_16_mebibytes_is_the_largest)
{
    char *text = malloc(BTL_CONFIG_MAX + 1);
    memset(text, '\n', BTL_CONFIG_MAX + 1);
    memcpy(text, "quiet=YES", 9);
    struct parsed parsed;
    parse(&parsed, (struct btl_str){text, BTL_CONFIG_MAX});
    assert_true(parsed.good && parsed.config.quiet);
    parse_end(&parsed);
    parse(&parsed, (struct btl_str){text, BTL_CONFIG_MAX + 1});
    assert_false(parsed.good || parsed.config.quiet);
    assert_codes(&parsed.memory, &parsed.diags, "conf-too-large");
    parse_end(&parsed);
    free(text);
}

// `line`, 10,000 and 10,001 times, and then a good one.
static void assert_messages_end(const char *line, enum btl_code code, enum btl_code end)
{
    size_t len = strlen(line);
    char *text = malloc(10001 * len + 32);
    for (size_t i = 0; i < 10001; i++)
        memcpy(text + i * len, line, len);
    memcpy(text + 10001 * len, "quiet=YES", 9);
    struct parsed parsed;
    parse(&parsed, (struct btl_str){text + len, 10000 * len + 9});
    assert_int_equal(test_count_code(&parsed.diags, code), 10000);
    assert_null(test_find_code(&parsed.diags, end));
    parse_end(&parsed);
    parse(&parsed, (struct btl_str){text, 10001 * len + 9});
    assert_int_equal(test_count_code(&parsed.diags, code), 10000);
    assert_int_equal(test_count_code(&parsed.diags, end), 1);
    assert_int_equal(parsed.diags.last->code, end);
    assert_int_equal(parsed.diags.last->place.line, 10001);
    assert_int_equal(parsed.good, btl_code_severity(code) != BTL_ERROR);
    assert_true(parsed.config.quiet);
    parse_end(&parsed);
    free(text);
}

TEST(test_messages_end_after_ten_thousand)
{
    assert_messages_end("?\n", BTL_CONF_BAD_CHARACTER, BTL_CONF_MORE_ERRORS);
    assert_messages_end("a=1\n", BTL_CONF_UNKNOWN_KEY, BTL_CONF_MORE_WARNINGS);
}

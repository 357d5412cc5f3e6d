// SPDX-License-Identifier: BSD-2-Clause
// The log: with time and level in the manifest, without them on the console.
#include <btl/hash.h>
#include <btl/log.h>

#include "log.h"
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    enum btl_log_level level;
    uint64_t microseconds;
    struct btl_str text;
};

// Every line of the log has its form; the first that begins with `begin`, and how many do.
static uint32_t find(const struct btl_manifest *manifest, const char *begin, struct line *ret_line)
{
    struct btl_str rest = btl_manifest_text(manifest, BTLM_LOG);
    uint32_t found = 0;
    uint64_t last = 0;
    assert_true(rest.len > 0 && rest.at[rest.len - 1] == '\n');
    while (rest.len > 0) {
        const char *end = memchr(rest.at, '\n', rest.len);
        struct btl_str whole = {rest.at, (size_t)(end - rest.at)};
        struct line line;
        assert_true(btl_log_take_apart(whole, &line.level, &line.text));
        char *after;
        uint64_t seconds = strtoull(whole.at + 1, &after, 10);
        line.microseconds = seconds * 1000000 + strtoull(after + 1, NULL, 10);
        assert_true(line.microseconds >= last);
        last = line.microseconds;
        size_t len = strlen(begin);
        if (line.text.len >= len && memcmp(line.text.at, begin, len) == 0 && found++ == 0)
            *ret_line = line;
        rest.len -= whole.len + 1;
        rest.at = end + 1;
    }
    return found;
}

static struct mock *boot(const char *conf, struct btl_manifest *ret_manifest)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", conf);
    mock_expect_boot(mock, "");
    mock_manifest(mock, ret_manifest);
    return mock;
}

static enum btl_log_level level_of(const struct btl_manifest *manifest, const char *begin)
{
    struct line line = {.level = BTL_LOG_LEVELS};
    if (find(manifest, begin, &line) == 0)
        fail_msg("no line \"%s\" in the log", begin);
    return line.level;
}

TEST(test_levels)
{
    struct btl_manifest manifest;
    struct mock *mock = boot("base_load=\"YES\"\nmodule_blacklist=\"base\"\ngone_load=\"YES\"\n"
                             "lazy_lod=\"YES\"\n",
                             &manifest);
    assert_int_equal(level_of(&manifest, "BTL test on Mock"), BTL_LOG_INFO);
    assert_int_equal(level_of(&manifest, "files of INIT and AUTO modules: "), BTL_LOG_DEBUG);
    assert_int_equal(level_of(&manifest, "/modules/gone.ko: error: "), BTL_LOG_ERROR);
    assert_int_equal(level_of(&manifest, "/loader.conf:4:1: warning: "), BTL_LOG_WARN);
    assert_int_equal(level_of(&manifest, "/loader.conf:1:1: note: "), BTL_LOG_NOTE);
    assert_int_equal(level_of(&manifest, "starting /kernel/kernel.elf"), BTL_LOG_INFO);
    mock_end(mock);
}

TEST(test_console_has_neither)
{
    struct btl_manifest manifest;
    struct mock *mock = boot("gone_load=\"YES\"\n", &manifest);
    assert_false(mock_said(mock, "] info") || mock_said(mock, "[    0."));
    assert_true(mock_said(mock, "BTL test on Mock"));
    assert_true(mock_said(mock, "\r\n/modules/gone.ko: error: "));
    mock_end(mock);
}

TEST(test_time_passes)
{
    struct btl_manifest manifest;
    struct line line;
    struct mock *mock = boot("autoboot_delay=\"2\"\n", &manifest);
    assert_int_equal(find(&manifest, "starting /kernel", &line), 1);
    assert_true(line.microseconds >= 2000000 && line.microseconds < 2100000);
    assert_int_equal(find(&manifest, "BTL test", &line), 1);
    assert_true(line.microseconds < 1000);
    mock_end(mock);
}

// A clock that cannot be read stands still; the lines are there.
TEST(test_without_a_clock)
{
    struct btl_manifest manifest;
    struct line line;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->rate = 0;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(find(&manifest, "starting /kernel", &line), 1);
    mock_end(mock);
}

// What is kept from the console is in the log all the same; and before it is known what may be
// shown, too.
TEST(test_what_is_not_shown_is_kept)
{
    static const char *const confs[] = {"quiet=\"YES\"\n", "", "verbose=\"YES\"\n"};
    for (size_t i = 0; i < BTL_COUNT(confs); i++) {
        struct btl_manifest manifest;
        struct line line;
        struct mock *mock = boot(confs[i], &manifest);
        assert_int_equal(find(&manifest, "BTL test", &line), 1);
        assert_int_equal(mock_said(mock, "BTL test"), i > 0);
        assert_int_equal(mock->console_len > 0, i > 0);
        mock_end(mock);
    }
}

TEST(test_ignored_failure_is_kept_alone)
{
    struct btl_manifest manifest;
    struct mock *mock = boot("gone_load=\"YES\"\ngone_on_error=\"ignore\"\n", &manifest);
    assert_int_equal(level_of(&manifest, "/modules/gone.ko: error: "), BTL_LOG_ERROR);
    assert_int_equal(level_of(&manifest, "gone "), BTL_LOG_INFO);
    assert_false(mock_said(mock, "gone"));
    mock_end(mock);
}

// Add modules whose files are missing.
static char *conf_of(const char *begin, uint32_t modules)
{
    size_t size = strlen(begin) + 32 * (size_t)modules + 1, len = strlen(begin);
    char *conf = malloc(size);
    memcpy(conf, begin, len + 1);
    for (uint32_t i = 0; i < modules; i++)
        len += (size_t)snprintf(conf + len, size - len, "row%03u_load=\"YES\"\n", i);
    return conf;
}

// The console has the first rows of a long table and the number of the others; the log has all.
TEST(test_long_table)
{
    static const struct {
        const char *begin;
        uint32_t modules, shown;
        const char *more; // NULL: nothing is left out
    } tables[] = {
        {"", LOG_ROWS_SHOWN - 1, LOG_ROWS_SHOWN - 1, NULL}, // the kernel is a row
        {"", LOG_ROWS_SHOWN, LOG_ROWS_SHOWN - 1,
         "... more modules, in the log and in the manifest: 1\r\n"},
        {"", 200, LOG_ROWS_SHOWN - 1, "... more modules, in the log and in the manifest: 161\r\n"},
        {"verbose=\"YES\"\n", 200, 200, NULL},
        {"quiet=\"YES\"\n", 200, 0, NULL},
    };
    for (size_t i = 0; i < BTL_COUNT(tables); i++) {
        struct btl_manifest manifest;
        struct line line;
        char *conf = conf_of(tables[i].begin, tables[i].modules);
        struct mock *mock = boot(conf, &manifest);
        assert_int_equal(mock_count(mock, "will not be loaded"), tables[i].shown);
        assert_int_equal(find(&manifest, "row", &line), tables[i].modules);
        if (tables[i].more != NULL)
            assert_true(mock_said(mock, tables[i].more));
        else
            assert_false(mock_said(mock, "more modules"));
        mock_end(mock);
        free(conf);
    }
}

// As the menu reads it.
TEST(test_lines_one_by_one)
{
    struct btl_str rest = BTL_STR("[    0.000001] warn  one\n[   12.345678] debug   two\n(full)\n");
    struct btl_str line;
    enum btl_log_level level;
    assert_true(log_next_line(&rest, &level, &line));
    assert_int_equal(level, BTL_LOG_WARN);
    assert_true(btl_str_equal(line, BTL_STR("one")));
    assert_true(log_next_line(&rest, &level, &line));
    assert_int_equal(level, BTL_LOG_DEBUG);
    assert_true(btl_str_equal(line, BTL_STR("  two")));
    assert_true(log_next_line(&rest, &level, &line));
    assert_true(btl_str_equal(line, BTL_STR("(full)")));
    assert_false(log_next_line(&rest, &level, &line));
}

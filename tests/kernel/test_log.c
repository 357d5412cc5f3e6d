// SPDX-License-Identifier: BSD-2-Clause
// dmesg: the loader's log, then the kernel's, on one clock.
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "console/print.h"
#include "console/say.h"

static char text[1 << 18];
static struct btl_buffer shown;

static const char *show(void)
{
    shown = btl_buffer(text, sizeof(text));
    log_print(&shown.out, BTL_LOG_DEBUG);
    return text;
}

static void put(const char *what)
{
    log_put(what, strlen(what));
}

static int begin(void **state)
{
    world_begin("");
    host_clear();
    return 0;
}

EACH_TEST(begin, NULL)

TEST(it_begins_with_the_loaders)
{
    world_log("[    0.000123] info  BTL 1.0");
    world_now = 1002003999;
    put("first line\nsecond ");
    world_now = 1500000000;
    put("line\n");
    put("third\n");
    assert_string_equal(show(), "[    0.000123] info  BTL 1.0\n"
                                "[    1.002003] info  first line\n"
                                "[    1.002003] info  second line\n"
                                "[    1.500000] info  third\n");
}

TEST(what_is_printed_while_it_is_shown_is_not_logged)
{
    struct btl_out both = log_out();
    const char *before;

    put("a line\n");
    before = strdup(show());
    log_print(&both, BTL_LOG_DEBUG); // as the console does: every piece also goes to the log
    assert_string_equal(show(), before);
    free((void *)(uintptr_t)before);
}

TEST(a_diagnostic_of_the_kernels_own)
{
    kernel_say(BTL_RUN_OK_FAILED, BTL_ARG_Z("disk"), BTL_ARG_Z("halt"));
    assert_contains(host_printed(), "warning: this configuration is not marked good automatically, "
                                    "because module disk was not loaded and its on_error is halt");
}

TEST(a_diagnostic_for_the_log_alone)
{
    uint64_t memory[64];
    struct btl_arena arena = {.at = (uint8_t *)memory, .end = (uint8_t *)(memory + 64)};
    struct btl_diags diags = {.arena = &arena};

    btl_report(&diags, BTL_RUN_NO_WATCHDOG, (struct btl_place){0});
    btl_report(&diags, BTL_RUN_STATE_SERVICES, (struct btl_place){0});
    diags_show(&diags, true);
    put("after it\n");
    assert_string_equal(host_printed(), "");
    assert_contains(show(), "[    0.000000] warn  warning: boot_timeout has no effect");
    assert_contains(text, "[    0.000000] error error: the firmware's runtime services");
    assert_contains(text, "[    0.000000] info  after it\n");
}

TEST(a_ring_that_is_full_begins_with_a_whole_line)
{
    char line[64], last[80];

    for (int i = 0; i < 5000; i++) {
        btl_format_to(line, sizeof(line), "line number %d\n", i);
        put(line);
    }
    show();
    assert_contains(text, " older bytes were dropped]\n[    0.000000] info  line number ");
    btl_format_to(last, sizeof(last), "[    0.000000] info  line number %d\n", 4999);
    assert_string_equal(text + strlen(text) - strlen(last), last);
    assert_true(strlen(text) > (60u << 10));
}

// Lines of a level and the more severe ones; what has no level belongs to the line before it.
TEST(lines_of_some_levels)
{
    world_log("[    0.000123] warn  loader\n[    0.000124] debug more\nof it\n");
    log_level(BTL_LOG_ERROR);
    put("a line that is longer than the beginning of a line\nx\n");
    log_level(BTL_LOG_INFO);
    put("no error\n");
    shown = btl_buffer(text, sizeof(text));
    log_print(&shown.out, BTL_LOG_WARN);
    assert_non_null(strstr(text, "warn  loader\n"));
    assert_non_null(strstr(text, "a line that is longer than the beginning of a line\n"));
    assert_non_null(strstr(text, "error x\n"));
    assert_null(strstr(text, "more"));
    assert_null(strstr(text, "of it"));
    assert_null(strstr(text, "no error"));
}

TEST(what_a_command_shows_is_not_logged)
{
    log_pause(true);
    put("shown\n");
    log_pause(false);
    put("said\n");
    show();
    assert_null(strstr(text, "shown"));
    assert_non_null(strstr(text, "said"));
}

// SPDX-License-Identifier: BSD-2-Clause
// The firmware's watchdog: armed while the loader works, off while a human has the machine and when
// the loader returns. In every test of the loader the mock looks at it: at each call of the volume
// it has to be armed, at each wait for a key and in the shell off.
#include "mock.h"

#include <string.h>

#define SECOND 1000000ull // in microseconds

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    if (conf != NULL)
        mock_add_text(mock, "/loader.conf", conf);
    return mock;
}

TEST(test_slow_volume)
{
    struct mock *mock = begin(NULL);
    mock->call_us = 60 * SECOND;
    mock_expect_boot(mock, NULL);
    assert_true(mock->ticks > 1000 * MOCK_HERTZ);
    mock_end(mock);
}

// A missing file is progress, too.
TEST(test_missing_files_of_a_slow_volume)
{
    struct mock *mock = begin("a_load=\"YES\"\nb_load=\"YES\"\nc_load=\"YES\"\nd_load=\"YES\"\n"
                              "e_load=\"YES\"\nf_load=\"YES\"\ng_load=\"YES\"\nh_load=\"YES\"\n");
    mock->call_us = 60 * SECOND;
    mock_expect_boot(mock, "file-not-found");
    mock_end(mock);
}

// A file of many pieces: each of them is progress.
TEST(test_large_file_from_a_slow_volume)
{
    static char large[32u << 20];
    struct mock *mock = begin("late_load=\"YES\"\n");
    mock_add(mock, "/modules/late.ko", large, sizeof(large));
    mock->call_us = 60 * SECOND;
    mock_expect_boot(mock, "");
    assert_true(mock_said(mock, "not an ELF file"));
    assert_true(mock_file(mock, "/modules/late.ko")->reads >= 8);
    mock_end(mock);
}

TEST(test_volume_that_hangs)
{
    for (uint32_t late = 0; late < 2; late++) {
        struct mock *mock = begin(NULL);
        mock->call_us = (late ? 301 : 1) * SECOND;
        run(&mock->firmware);
        assert_int_equal(mock->watchdog_resets > 0, late);
        mock->watchdog_resets = 0;
        mock_end(mock);
    }
}

// --------------------------------------------------------------------------- a human has the
// machine

static uint32_t waits;

static void off_at_key(struct mock *mock, fw_key key)
{
    assert_int_equal(mock->watchdog, 0);
    waits++;
}

static void expect_waits(struct mock *mock, uint32_t count)
{
    assert_int_equal(*mock->keys, '\0');
    assert_int_equal(waits, count);
    mock_end(mock);
}

static struct mock *begin_with_keys(const char *conf, const char *keys)
{
    struct mock *mock = begin(conf);
    mock->keys = keys;
    mock->at_key = off_at_key;
    mock->call_us = 60 * SECOND;
    waits = 0;
    return mock;
}

TEST(test_countdown_and_menu)
{
    struct mock *mock = begin_with_keys("autoboot_delay=\"1000\"\n", " {see boot menu}{down}{up}b");
    mock_expect_boot(mock, NULL);
    expect_waits(mock, 4);
}

TEST(test_countdown_in_one)
{
    struct mock *mock = begin("autoboot_delay=\"1000\"\n");
    mock->terminal = FW_TERMINAL_SILENT;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->waited_ms, 1000 * 1000);
    mock_end(mock);
}

// It is off during the menu's waits for keys, and armed while a chosen file is read.
TEST(test_menu_reads_again)
{
    struct mock *mock = begin_with_keys("autoboot_delay=\"10\"\n",
                                        " {down}{down}{enter}{see other.conf was chosen}b");
    mock_add_text(mock, "/loader.conf.d/other.conf", "base_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    expect_waits(mock, 5);
}

static void in_shell(struct mock *mock)
{
    assert_int_equal(mock->watchdog, 0);
    mock->ticks += 10000 * MOCK_HERTZ;
    waits++;
}

TEST(test_shell)
{
    struct mock *mock = begin_with_keys("autoboot_delay=\"10\"\n", " h{see Back from the shell}b");
    mock->has_shell = true;
    mock->in_shell = in_shell;
    mock_expect_boot(mock, NULL);
    expect_waits(mock, 4);
}

TEST(test_pages)
{
    struct mock *mock = begin_with_keys(NULL, "  q");
    mock_options(mock, "-n -b");
    mock->facts.console_rows = 4; // the first page is full while modules are linked
    mock_expect_return(mock, FW_SUCCESS);
    expect_waits(mock, 3);
}

// "Press a key for the menu", and the menu after it.
TEST(test_failure)
{
    struct mock *mock = begin_with_keys("kernel=\"/none\"\n", " {see boot menu}q");
    mock->facts.console_rows = 50;
    run(&mock->firmware);
    expect_waits(mock, 2);
}

// -------------------------------------------------------------------------------- the ways out

static void expect_off(struct mock *mock, fw_status status)
{
    mock_expect_return(mock, status);
    assert_int_equal(mock->watchdog, 0);
    mock_end(mock);
}

TEST(test_returns)
{
    struct mock *mock = begin(NULL);
    mock_options(mock, "-n");
    expect_off(mock, FW_SUCCESS);
    mock = begin(NULL);
    mock_options(mock, "-h");
    expect_off(mock, FW_SUCCESS);
    mock = begin("kernel=\"/none\"\n");
    expect_off(mock, FW_LOAD_ERROR);
    mock = begin(NULL);
    mock->facts.cpu.no_execute = false;
    expect_off(mock, FW_LOAD_ERROR);
}

// A long output on a slow line is not a hang.
TEST(test_slow_line)
{
    struct mock *mock = begin(NULL);
    mock_options(mock, "-n");
    mock->line_us = 10 * SECOND;
    expect_off(mock, FW_SUCCESS);
    mock = begin(NULL);
    mock->line_us = 60 * SECOND;
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

// ExitBootServices disables it; after a failed call, it must not be called any more.
TEST(test_the_end_of_boot_services)
{
    struct mock *mock = begin(NULL);
    mock_expect_boot(mock, NULL);
    assert_true(mock->exited && mock->watchdog == 0);
    mock_end(mock);
    mock = begin(NULL);
    mock->fail_service = MOCK_EXIT;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    run(&mock->firmware);
    assert_true(mock->exit_tried && mock->reset && mock->watchdog != 0);
    mock_end(mock);
}

TEST(test_firmware_without_one)
{
    struct mock *mock = begin(NULL);
    mock_options(mock, "-v");
    mock->watchdog = 0;
    mock->watchdog_status = FW_UNSUPPORTED;
    mock->call_us = 1000 * SECOND;
    mock_expect_boot(mock, NULL);
    assert_true(mock_said(mock, "the firmware has no watchdog (Unsupported)"));
    mock_end(mock);
}

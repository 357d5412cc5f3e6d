// SPDX-License-Identifier: BSD-2-Clause
// The bar: on a slow disk, once it takes longer than a second, and as the terminal can show it.
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)

// A disk of 4 MiB/s, at 3 GHz.
static fw_status (*quick_read)(struct volume_file *file, void *to, uint64_t size,
                               uint64_t *ret_read);
static struct mock *slow;

static fw_status slow_read(struct volume_file *file, void *to, uint64_t size, uint64_t *ret_read)
{
    fw_status status = quick_read(file, to, size, ret_read);
    slow->ticks += *ret_read * (3000000000ull / (4 * MIB));
    return status;
}

static uint8_t *zeros;

// A kernel with 3 MiB behind it, and modules; "big" is 5 MiB of nothing, which fails after it was
// read.
static struct mock *begin(const char *conf, enum fw_terminal terminal)
{
    static char path[] = "/modules/big.ko";
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    zeros = calloc(1, 5 * MIB);
    mock_add(mock, path, zeros, 5 * MIB);
    const struct mock_file *kernel = mock_file(mock, "/kernel/kernel.elf");
    uint8_t *bytes = calloc(1, 3 * MIB);
    memcpy(bytes, kernel->bytes, kernel->size);
    mock_add(mock, "/kernel/kernel.elf", bytes, 3 * MIB);
    mock_add_text(mock, "/loader.conf", conf);
    mock->terminal = terminal;
    slow = mock;
    quick_read = mock->volume.read;
    mock->volume.read = slow_read;
    return mock;
}

static void end(struct mock *mock)
{
    void *kernel = (void *)(uintptr_t)mock_file(mock, "/kernel/kernel.elf")->bytes;
    mock_end(mock);
    free(kernel);
    free(zeros);
}

#define CONF "big_load=\"YES\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n"

TEST(test_bar)
{
    struct mock *mock = begin(CONF, FW_TERMINAL_ANSWERS);
    mock_expect_boot(mock, "");
    // A rewritten line has no line end, and the next one overwrites it.
    assert_true(mock_said(mock, "[############--------]  62%  5.0 of 8.0 MiB  4.0 MiB/s  "
                                "/modules/big.ko"));
    assert_true(mock_said(mock, "[###################-]  99%  8.0 of 8.0 MiB  4.0 MiB/s"));
    assert_int_equal(mock_count(mock, "MiB/s"), 4);
    // Nothing of it is left.
    assert_false(mock_shows(mock, "MiB/s"));
    assert_true(mock_shows(mock, "/modules/big.ko: error: "));
    end(mock);
}

TEST(test_lines_where_nothing_answers)
{
    struct mock *mock = begin(CONF, FW_TERMINAL_SILENT);
    mock->rate = 600000000; // five times slower
    mock_expect_boot(mock, "");
    uint32_t lines = mock_count(mock, "MiB/s");
    assert_true(lines >= 2 && lines <= 4); // 10 s, every five
    assert_int_equal(mock_count(mock, "MiB/s  /"), lines);
    end(mock);
}

TEST(test_a_fast_boot_shows_none)
{
    struct mock *mock = begin(CONF, FW_TERMINAL_SCREEN);
    mock->volume.read = quick_read;
    mock_expect_boot(mock, "");
    assert_false(mock_said(mock, "MiB/s"));
    assert_int_equal(mock->calls[MOCK_LIST], 0); // and does not ask what there is
    assert_int_equal(mock->terminal_asked, 0);
    end(mock);
}

TEST(test_quiet_shows_none)
{
    struct mock *mock =
        begin("quiet=\"YES\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n", FW_TERMINAL_SCREEN);
    mock->rate = 300000000;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->console_len, 0);
    end(mock);
}

// It is not in the log.
TEST(test_log_does_not_have_it)
{
    struct btl_manifest manifest;
    for (int terminal = FW_TERMINAL_SCREEN; terminal <= FW_TERMINAL_SILENT; terminal++) {
        struct mock *mock = begin(CONF, (enum fw_terminal)terminal);
        mock_expect_boot(mock, "");
        mock_manifest(mock, &manifest);
        struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
        assert_null(memmem(log.at, log.len, "MiB/s", 5));
        end(mock);
    }
}

TEST(test_no_line_is_wider_than_the_screen)
{
    static char path[200] = "/modules/";
    memset(path + 9, 'x', 120);
    strcpy(path + 129, "/\xc3\xa4-end.ko");
    static const uint32_t columns[] = {0, 20, 40, 60, 80, 132};
    for (size_t i = 0; i < BTL_COUNT(columns); i++) {
        char conf[400];
        snprintf(conf, sizeof(conf), "big_load=\"YES\"\nbig_name=\"%s\"\n", path);
        struct mock *mock = begin(conf, FW_TERMINAL_ANSWERS);
        mock_file(mock, "/modules/big.ko")->path = path;
        mock->facts.console_columns = columns[i];
        mock_expect_boot(mock, "");
        size_t widest = 0;
        for (const char *at = mock->console; (at = strstr(at, "[#")) != NULL; at++)
            widest = strcspn(at, "\r") > widest ? strcspn(at, "\r") : widest;
        assert_true(widest < (columns[i] < 40 ? 40 : columns[i]) && widest > 30);
        assert_true(columns[i] < 80 || mock_said(mock, "?-end.ko"));
        end(mock);
    }
}

// Names in a directory are hints: a missing file, or another size, does no harm.
TEST(test_directories_that_lie)
{
    static const struct mock_ghost ghosts[] = {{"/modules", "gone.ko", 1ull << 62, false, 0},
                                               {"/modules", "late.ko", UINT64_MAX, false, 0},
                                               {"/modules", ".ko", 5, false, 0},
                                               {"/modules", "lazy.ko", 5, true, 0},
                                               {"/modules", "other.ko", 7, false, 30000},
                                               {0}};
    struct mock *mock = begin(CONF "gone_load=\"YES\"\nlazy_load=\"YES\"\n", FW_TERMINAL_ANSWERS);
    mock->ghosts = ghosts;
    mock_expect_boot(mock, "file-not-found");
    assert_true(mock_said(mock, "MiB/s"));
    end(mock);
}

TEST(test_directory_that_cannot_be_listed)
{
    struct mock *mock = begin(CONF, FW_TERMINAL_ANSWERS);
    mock->fail_service = MOCK_LIST;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    mock_expect_boot(mock, "");
    assert_true(mock_said(mock, "MiB/s")); // of what it knows
    end(mock);
}

static void late_key(struct mock *mock, fw_key key)
{
    (void)key;
    mock->ticks += 6 * mock->rate; // time that a person waited
}

// What the menu reads for itself is no part of the boot, and the time of a human not that of the
// disk.
TEST(test_menu_has_no_bar)
{
    static const char *const keys[] = {"xb\r", "xb"};
    static const char *const styles[] = {"menu=\"line\"\n", "menu=\"screen\"\n"};
    for (size_t i = 0; i < BTL_COUNT(keys); i++) {
        char conf[200];
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        snprintf(conf, sizeof(conf), "autoboot_delay=\"5\"\nbase_load=\"YES\"\n%s", styles[i]);
        mock_add_text(mock, "/loader.conf", conf);
        mock_add_text(mock, "/loader.conf.prev", "late_load=\"YES\"\n");
        mock_add_text(mock, "/loader.conf.d/a.conf", "late_load=\"YES\"\n# a\n");
        mock->terminal = FW_TERMINAL_ANSWERS;
        mock->keys = keys[i];
        mock->at_key = late_key;
        mock_expect_boot(mock, "");
        assert_true(mock_file(mock, "/loader.conf.d/a.conf")->reads > 0); // it was in the menu
        assert_false(mock_said(mock, "MiB/s"));
        mock_end(mock);
    }
}

// The next attempt reads for a boot again, and is timed from its own beginning.
TEST(test_bar_after_the_menu)
{
    struct mock *mock = begin("autoboot_delay=\"5\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n",
                              FW_TERMINAL_ANSWERS);
    mock_add_text(mock, "/loader.conf.d/a.conf", CONF);
    mock->at_key = late_key;
    mock->keys = "x{down}{down}{enter}{see boot menu}b";
    mock_expect_boot(mock, "");
    assert_true(mock_said(mock, "/modules/big.ko")); // 5 MiB at 4 MiB/s
    assert_true(mock_said(mock, "5.0 of 5.0 MiB  4.0 MiB/s") ||
                mock_said(mock, "5.0 of 5.0 MiB  3.9 MiB/s"));
    end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// Files that are missing or defective: each defect has a message of its own, and costs no more than
// it must.
#include <btl/attempt.h>

#include "log.h"
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mock *begin(void)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    return mock;
}

static enum btlm_state mock_module_state(struct mock *mock, const char *name)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    return mock_module(&manifest, name)->state;
}

// The module `late` cannot be read: the others are there, the manifest says why.
static void expect_late_failed(struct mock *mock, const char *code)
{
    struct btl_manifest manifest;
    mock_expect_boot(mock, code);
    mock_manifest(mock, &manifest);
    const struct btlm_module *late = mock_module(&manifest, "late");
    assert_int_equal(late->state, BTLM_FAILED);
    assert_int_not_equal(late->reason, BTL_NONE);
    const struct btlm_diagnostic *reason =
        btl_manifest_entry(&manifest, BTLM_DIAGNOSTICS, late->reason);
    assert_true(btl_str_equal(btl_manifest_str(&manifest, reason->code), btl_str_of(code)));
    assert_int_equal(mock_module(&manifest, "user")->state, BTLM_LINKED);
    assert_int_equal(mock_module(&manifest, "lazy")->state, BTLM_STAGED);
    mock_end(mock);
}

TEST(test_missing_config_boots_with_defaults)
{
    struct mock *mock = mock_begin();
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock_expect_boot(mock, "boot-no-config");
    assert_true(mock_said(mock, "/loader.conf: error: "));
    mock_end(mock);
}

TEST(test_unreadable_config_boots_with_defaults)
{
    struct mock *mock = begin();
    mock_file(mock, "/loader.conf")->read_status = FW_DEVICE_ERROR;
    mock_expect_boot(mock, "file-read-failed");
    mock_end(mock);
}

TEST(test_config_too_large)
{
    struct mock *mock = begin();
    mock_file(mock, "/loader.conf")->said_size = (16u << 20) + 1;
    mock_expect_boot(mock, "file-too-large");
    mock_end(mock);
}

TEST(test_missing_kernel)
{
    struct mock *mock = begin();
    mock_add_text(mock, "/loader.conf", "kernel=\"/kernel/none.elf\"\n");
    mock_expect_stop(mock, "file-not-found");
}

TEST(test_missing_kernel_in_quiet_mode_is_said)
{
    struct mock *mock = begin();
    mock_add_text(mock, "/loader.conf", "kernel=\"/kernel/none.elf\"\nquiet=\"YES\"\n");
    mock_expect_stop(mock, "file-not-found");
}

TEST(test_kernel_is_not_elf)
{
    struct mock *mock = begin();
    mock_add_text(mock, "/kernel/kernel.elf", "#!/bin/sh\n");
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[elf-"));
    mock_end(mock);
}

TEST(test_empty_kernel)
{
    struct mock *mock = begin();
    mock_add(mock, "/kernel/kernel.elf", "", 0);
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[elf-"));
    mock_end(mock);
}

TEST(test_kernel_outside_the_window)
{
    struct mock *mock = begin();
    mock_add_fixture(mock, "/kernel/kernel.elf", "low.elf");
    mock_expect_stop(mock, "boot-kernel-window");
}

TEST(test_no_window_left_behind_the_kernel)
{
    struct mock *mock = begin();
    mock_add_fixture(mock, "/kernel/kernel.elf", "high.elf");
    mock_expect_stop(mock, "boot-window-full");
}

TEST(test_no_volume)
{
    struct mock *mock = begin();
    mock->fail_service = MOCK_OPEN_VOLUME;
    mock->fail_at = 1;
    mock->fail_status = FW_UNSUPPORTED;
    mock_expect_stop(mock, "boot-no-volume");
}

TEST(test_no_execute_disable)
{
    struct mock *mock = begin();
    mock->facts.cpu.no_execute = false;
    mock_expect_stop(mock, "boot-cpu");
}

TEST(test_module_missing)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->path = "/modules/other.ko";
    expect_late_failed(mock, "file-not-found");
}

TEST(test_module_in_second_directory)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->path = "/more/late.ko";
    mock_add_text(mock, "/loader.conf", "module_path=\"/modules;/more\"\nlate_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

// Directories of module_path that are not there cost one open each, not one for each module.
TEST(test_missing_directories_are_asked_for_once)
{
    enum { DIRECTORIES = 300, MODULES = 400 };
    static char conf[32768];
    size_t len = (size_t)snprintf(conf, sizeof(conf), "late_load=\"YES\"\nmodule_path=\"");
    for (int i = 0; i < DIRECTORIES; i++)
        len += (size_t)snprintf(conf + len, sizeof(conf) - len, "/none%d;", i);
    len += (size_t)snprintf(conf + len, sizeof(conf) - len, "/modules\"\n");
    for (int i = 0; i < MODULES; i++)
        len += (size_t)snprintf(conf + len, sizeof(conf) - len, "m%d_load=\"YES\"\n", i);
    struct mock *mock = begin();
    mock_add_text(mock, "/loader.conf", conf);
    mock_expect_boot(mock, "boot-no-directory");
    assert_int_equal(mock_module_state(mock, "late"), BTLM_STAGED);
    assert_in_range(mock->calls[MOCK_OPEN], DIRECTORIES + MODULES, DIRECTORIES + MODULES + 20);
    mock_end(mock);
}

// Only 16 directories that exist are searched, whatever lies before and between them.
TEST(test_directories_beyond_the_limit)
{
    for (int extra = 0; extra <= 1; extra++) {
        char conf[1024], paths[32][32];
        size_t len = (size_t)snprintf(conf, sizeof(conf), "late_load=\"YES\"\nmodule_path=\"");
        struct mock *mock = begin();
        mock_file(mock, "/modules/late.ko")->path = "/last/late.ko";
        for (int i = 0; i < BTL_MODULE_DIRECTORIES_MAX - 1 + extra; i++) {
            snprintf(paths[i], sizeof(paths[i]), "/some%d/file", i);
            mock_add_text(mock, paths[i], "");
            len += (size_t)snprintf(conf + len, sizeof(conf) - len, "/none%d;/some%d/;", i, i);
        }
        snprintf(conf + len, sizeof(conf) - len, "/some0/;/last\"\n");
        mock_add_text(mock, "/loader.conf", conf);
        mock_expect_boot(mock, extra ? "boot-directories" : "boot-no-directory");
        assert_int_equal(mock_said(mock, "boot-directories"), extra);
        assert_int_equal(mock_module_state(mock, "late"), extra ? BTLM_FAILED : BTLM_STAGED);
        mock_end(mock);
    }
}

// A directory that cannot be opened may be there: its files say what is wrong.
TEST(test_directory_that_cannot_be_opened)
{
    struct mock *mock = begin();
    mock->open_directory.open_status = FW_DEVICE_ERROR;
    mock_file(mock, "/modules/late.ko")->path = "/more/late.ko";
    mock_add_text(mock, "/loader.conf", "module_path=\"/modules;/more\"\nlate_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock_module_state(mock, "late"), BTLM_STAGED);
    mock_end(mock);
}

TEST(test_module_cannot_be_opened)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->open_status = FW_DEVICE_ERROR;
    expect_late_failed(mock, "file-open-failed");
}

TEST(test_module_open_without_memory)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->open_status = FW_OUT_OF_RESOURCES;
    expect_late_failed(mock, "file-open-no-memory");
}

TEST(test_module_without_size)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->info_status = FW_DEVICE_ERROR;
    expect_late_failed(mock, "file-no-size");
}

TEST(test_module_is_a_directory)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->directory = true;
    expect_late_failed(mock, "file-is-directory");
}

TEST(test_module_of_impossible_size)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->said_size = UINT64_MAX;
    expect_late_failed(mock, "file-too-large");
}

TEST(test_module_larger_than_memory)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->said_size = MOCK_MEMORY_SIZE;
    expect_late_failed(mock, "file-no-memory");
}

TEST(test_module_read_fails)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->read_status = FW_DEVICE_ERROR;
    expect_late_failed(mock, "file-read-failed");
}

TEST(test_module_reads_short)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->short_by = 100;
    expect_late_failed(mock, "file-short");
}

// The memory of a failed read is free for the next file.
TEST(test_failed_read_keeps_no_memory)
{
    struct mock *mock = begin();
    mock_file(mock, "/modules/late.ko")->said_size = MOCK_MEMORY_SIZE * 2 / 3;
    mock_file(mock, "/modules/lazy.ko")->said_size = MOCK_MEMORY_SIZE * 2 / 3;
    mock_expect_boot(mock, "file-short");
    assert_int_equal(mock_count(mock, "[file-short]"), 2);
    mock_end(mock);
}

TEST(test_module_changes_size)
{
    struct mock *mock = begin();
    struct mock_file *file = mock_file(mock, "/modules/late.ko");
    file->short_by = 100;
    file->size_later = file->size - 100;
    expect_late_failed(mock, "file-changed");
}

TEST(test_module_with_bad_path)
{
    static const char *const paths[] = {"/modules/\xff.ko", "/modules/\xc3(.ko"};
    for (size_t i = 0; i < BTL_COUNT(paths); i++) {
        struct mock *mock = begin();
        char conf[256];
        snprintf(conf, sizeof(conf),
                 "user_load=\"YES\"\nuser_phase=\"BOOT1\"\nlazy_load=\"YES\"\n"
                 "late_load=\"YES\"\nlate_name=\"%s\"\n",
                 paths[i]);
        mock_add_text(mock, "/loader.conf", conf);
        expect_late_failed(mock, "file-bad-path");
    }
}

TEST(test_config_with_too_long_path)
{
    struct mock *mock = begin();
    char option[600];
    memset(option, 'a', sizeof(option) - 1);
    option[0] = '/';
    option[sizeof(option) - 1] = '\0';
    mock_options(mock, option);
    mock_expect_boot(mock, "option-path");
    mock_end(mock);
}

TEST(test_phase1_module_does_not_link)
{
    struct btl_manifest manifest;
    struct mock *mock = begin();
    mock_add_fixture(mock, "/modules/broken.ko", "broken.ko");
    mock_add_fixture(mock, "/modules/onbroken.ko", "onbroken.ko");
    mock_add_fixture(mock, "/modules/writexec.ko", "writexec.ko");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"YES\"\nbase_phase=\"BOOT1\"\n"
                  "broken_load=\"YES\"\nbroken_phase=\"BOOT1\"\nonbroken_load=\"YES\"\n"
                  "onbroken_phase=\"BOOT1\"\nwritexec_load=\"YES\"\nwritexec_phase=\"BOOT1\"\n"
                  "user_load=\"YES\"\nuser_phase=\"BOOT1\"\n");
    mock_expect_boot(mock, "plan-dependency-failed");
    assert_true(mock_said(mock, "not_there "));
    assert_true(mock_said(mock, "not_there_either"));
    assert_true(mock_said(mock, "symbol base_count"));
    assert_true(mock_said(mock, "[link-undeclared-dependency]"));
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "broken")->state, BTLM_FAILED);
    assert_int_equal(mock_module(&manifest, "onbroken")->state, BTLM_FAILED);
    assert_int_equal(mock_module(&manifest, "writexec")->state, BTLM_FAILED);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    assert_int_equal(mock_module(&manifest, "user")->state, BTLM_LINKED);
    mock_end(mock);
}

TEST(test_required_module_stops_the_boot)
{
    struct mock *mock = begin();
    mock_add_text(mock, "/loader.conf", "gone_load=\"YES\"\ngone_required=\"YES\"\n");
    mock_expect_stop(mock, "boot-required");
}

TEST(test_required_module_that_does_not_link_resets)
{
    struct mock *mock = begin();
    mock_add_fixture(mock, "/modules/broken.ko", "broken.ko");
    mock_add_text(mock, "/loader.conf",
                  "broken_load=\"YES\"\nbroken_phase=\"BOOT1\"\nbroken_required=\"YES\"\n"
                  "required_failure=\"reset\"\n");
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[boot-required]"));
    assert_true(mock->key_waited && mock->key_ms == 60000 && mock->reset);
    mock_end(mock);
}

TEST(test_phase1_larger_than_memory)
{
    struct mock *mock = begin();
    mock_add_fixture(mock, "/modules/huge.ko", "huge.ko");
    mock_add_text(mock, "/loader.conf", "huge_load=\"YES\"\nhuge_phase=\"BOOT1\"\n");
    mock_expect_stop(mock, "boot-no-memory");
}

TEST(test_early_arena_larger_than_memory)
{
    struct mock *mock = begin();
    mock_add_text(mock, "/loader.conf", "early_size=\"256M\"\n");
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock,
                          "the machine has no 256 MiB of contiguous memory for the early arena; "
                          "load fewer modules in phase 1, or make early_size smaller"));
    mock_end(mock);
}

TEST(test_garbage_config_shows_twenty_errors_and_keeps_all)
{
    struct btl_manifest manifest;
    struct mock *mock = begin();
    char *conf = malloc(100 * 16);
    for (int i = 0; i < 100; i++)
        memcpy(conf + 16 * i, "\x01\xff garbage!!!!!\n", 16);
    mock_add(mock, "/loader.conf", conf, 100 * 16);
    mock_expect_boot(mock, "conf-bad-character");
    assert_int_equal(mock_count(mock, "error: "), 20);
    assert_true(mock_said(mock, "more, in the log and in the manifest"));
    mock_manifest(mock, &manifest);
    assert_true(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS) >= 100);
    mock_end(mock);
    free(conf);
}

// The menu reads no large file for its titles, but boots one that is chosen.
TEST(test_configuration_larger_than_the_menu_reads)
{
    static char conf[300001];
    struct mock *mock = begin();
    memset(conf, '#', 300000);
    memcpy(conf + 299980, "\nbase_load=\"YES\"\n\n\n\n", 20);
    mock_add_text(mock, "/loader.conf.d/big.conf", conf);
    mock_options(mock, "-i");
    mock->keys = "{see boot menu}ss{down}{down}{enter}{see big.conf}{not file-too-large}b";
    mock_expect_boot(mock, NULL);
    assert_false(mock_said(mock, "[file-too-large]"));
    // Opened once for its size alone, however often the menu shows it, and once to be read.
    struct mock_file *file = mock_file(mock, "/loader.conf.d/big.conf");
    assert_int_equal(file->opened, 2);
    file->opened = 1;
    mock_end(mock);
}

// Twenty of the others are shown, and the error behind them.
TEST(test_errors_are_not_hidden_by_notes)
{
    struct mock *mock = begin();
    char conf[40 * 16 + 40] = "";
    for (int i = 0; i < 40; i++)
        strcat(conf, "lazy_lod=\"YES\"\n");
    strcat(conf, "base_load=\"MAYBE\"\n");
    mock_add_text(mock, "/loader.conf", conf);
    mock_expect_boot(mock, "conf-unknown-key");
    assert_int_equal(mock_count(mock, "warning: "), 20);
    assert_int_equal(mock_count(mock, "error: "), 1);
    assert_true(mock_said(mock, "... and 20 more, in the log and in the manifest"));
    mock_end(mock);
}

// Notes, which quiet="YES" does not show, and an error behind them.
TEST(test_error_behind_many_notes)
{
    static const char *const begins[] = {"", "quiet=\"YES\"\n"};
    for (size_t i = 0; i < BTL_COUNT(begins); i++) {
        struct mock *mock = begin();
        char conf[4000], list[2000] = "";
        strcpy(conf, begins[i]);
        for (int n = 10; n < 40; n++) {
            snprintf(conf + strlen(conf), 40, "off%d_load=\"YES\"\n", n);
            snprintf(list + strlen(list), 20, "off%d ", n);
        }
        snprintf(conf + strlen(conf), 2100, "module_blacklist=\"%s\"\ngone_load=\"YES\"\n", list);
        mock_add_text(mock, "/loader.conf", conf);
        mock_expect_boot(mock, "file-not-found");
        assert_int_equal(mock_count(mock, "[plan-blacklisted]"), i == 0 ? 20 : 0);
        assert_int_equal(mock_said(mock, "... and 10 more, in the log"), i == 0);
        assert_int_equal(mock_said(mock, "more, in the log"), i == 0);
        mock_end(mock);
    }
}

// Longer messages than the log holds: the console and the manifest's diagnostics do not mind.
TEST(test_log_has_an_end)
{
    enum { LINES = 6000, LENGTH = 1000 };
    struct btl_manifest manifest;
    struct mock *mock = begin();
    char *conf = malloc(LINES * LENGTH);
    memset(conf, 'a', LINES * LENGTH);
    for (int i = 1; i <= LINES; i++)
        memcpy(conf + i * LENGTH - 5, "=\"1\"\n", 5);
    mock_add(mock, "/loader.conf", conf, LINES * LENGTH);
    mock_expect_boot(mock, "conf-unknown-key");
    assert_int_equal(mock_count(mock, "[conf-unknown-key]"), LOG_DIAGS_SHOWN);
    mock_manifest(mock, &manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    struct btl_str note = BTL_STR("(the log is full here)\n");
    assert_true(log.len > (3u << 20) && log.len <= (4u << 20));
    assert_memory_equal(log.at + log.len - note.len, note.at, note.len);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), LINES);
    mock_end(mock);
    free(conf);
}

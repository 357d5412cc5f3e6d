// SPDX-License-Identifier: BSD-2-Clause
// BtlFailed with several configurations, over several boots.
#include "state.h"

#include <btl/hash.h>

#include <string.h>

#define GOOD "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n"
#define X    GOOD "# x\n"
#define C    GOOD "# c\n"
#define P    GOOD "# p\n"
#define GONE "kernel=\"/kernel/gone.elf\"\n"

static struct mock *begin(const char *conf, const char *previous)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/x.conf", X);
    mock_add_text(mock, "/loader.conf", conf);
    mock_add_text(mock, "/loader.conf.prev", previous);
    return mock;
}

// Write the kernel's record for this configuration.
static void give_up(struct mock *mock, const char *conf, const char *path)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record before = {0}, record = {.valid = true, .number = BTL_FAILED_IN_KERNEL};
    state_get(mock, BTL_VARIABLE_FAILED, &before);
    btl_sha256((struct btl_bytes){(const uint8_t *)conf, strlen(conf)}, record.sha256);
    record.path = btl_str_of(path);
    record.text = BTL_STR("panic\n");
    btl_record_merge_given_up(&before, &record);
    uint64_t size = btl_record_write(BTL_VARIABLE_FAILED, &record, bytes);
    mock_variable_put(mock, "BtlFailed", bytes, size);
}

static bool gave_up(struct mock *mock, const char *conf)
{
    struct btl_record failed = {0};
    uint8_t sha256[32];
    btl_sha256((struct btl_bytes){(const uint8_t *)conf, strlen(conf)}, sha256);
    state_get(mock, BTL_VARIABLE_FAILED, &failed);
    return btl_record_is_given_up(&failed, sha256);
}

// Two kernels that fail in turn lead to the third configuration, and no write after that.
TEST(test_one_kernel_after_the_other)
{
    struct mock *mock = begin(C, P);
    mock_options(mock, "-c /x.conf");
    state_boot(mock, "/x.conf", BTLM_HOW_OPTION);
    mock_reboot(mock);
    give_up(mock, X, "/x.conf");
    mock_options(mock, "-c /x.conf");
    struct btlm_boot boot = state_fall_back(mock, "/loader.conf", "/x.conf", "(panic)");
    assert_true(boot.flags & BTLM_BOOT_FALLBACK);
    mock_reboot(mock);
    give_up(mock, C, "/loader.conf");
    for (int i = 0; i < 2; i++) {
        mock_options(mock, "-c /x.conf");
        state_fall_back(mock, "/loader.conf.prev", "/x.conf", "another configuration has failed");
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
        if (i == 0)
            mock_reboot(mock);
    }
    mock_end(mock);
}

// The kernel's verdict is not lost when the fallback fails in the loader.
TEST(test_fallback_that_fails_in_the_loader)
{
    struct mock *mock = begin(C, GONE);
    give_up(mock, C, "/loader.conf");
    for (int i = 0; i < 3; i++) {
        mock->keys = "";
        assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
        state_expect(mock, BTL_VARIABLE_FAILED, C, "/loader.conf", BTL_FAILED_IN_KERNEL, "panic");
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
        if (i < 2)
            mock_reboot(mock);
    }
    mock_end(mock);
}

TEST(test_failure_in_the_loader_keeps_the_verdicts)
{
    struct mock *mock = begin(GONE, P);
    give_up(mock, X, "/x.conf");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    state_expect(mock, BTL_VARIABLE_FAILED, GONE, "/loader.conf", BTL_FAILED_IN_LOADER, "gone.elf");
    assert_true(gave_up(mock, X));
    mock_reboot(mock);
    mock_add_fixture(mock, "/kernel/gone.elf", "kernel.elf"); // repaired
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    struct btl_record failed;
    assert_true(state_get(mock, BTL_VARIABLE_FAILED, &failed) && failed.path.len == 0);
    assert_true(gave_up(mock, X));
    mock_end(mock);
}

// One that was changed is another one: nothing is left to say of the old text.
TEST(test_changed_configuration_leaves_the_list)
{
    struct mock *mock = begin(C, P);
    give_up(mock, X, "/x.conf");
    give_up(mock, C, "/loader.conf");
    mock_add_text(mock, "/loader.conf", GOOD "# repaired\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(gave_up(mock, X));
    assert_false(gave_up(mock, C));
    mock_end(mock);
}

// Two that fail in the loader: each boot records the same.
TEST(test_two_failures_in_the_loader_are_written_once)
{
    struct mock *mock = begin(GONE "# c\n", GONE "# p\n");
    for (uint32_t i = 0; i < 4; i++) {
        mock->keys = "";
        assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
        state_expect(mock, BTL_VARIABLE_FAILED, GONE "# c\n", "/loader.conf", BTL_FAILED_IN_LOADER,
                     "gone.elf");
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], i == 0);
        if (i < 3)
            mock_reboot(mock);
    }
    mock_end(mock);
}

// A boot of a changed configuration says nothing about the file.
TEST(test_safe_boot_writes_nothing)
{
    struct mock *mock = begin(C, P);
    state_put(mock, BTL_VARIABLE_FAILED, C, "/loader.conf", BTL_FAILED_IN_LOADER, "x\n");
    mock_options(mock, "-s");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

static struct btl_str log_of(struct mock *mock)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    return btl_manifest_text(&manifest, BTLM_LOG);
}

// The record of another configuration is in the log, and not on the console in each boot. Nothing
// of it drives a terminal.
TEST(test_said_of_the_wanted_one_alone)
{
    static const char line[] = "a boot of /x.conf has failed, in the kernel: PANIC \\x1b[2J";
    struct mock *mock = begin(C, P);
    state_put(mock, BTL_VARIABLE_FAILED, X, "/x.conf", BTL_FAILED_IN_KERNEL, "PANIC \x1b[2J\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock_said(mock, "has failed"));
    assert_non_null(memmem(log_of(mock).at, log_of(mock).len, line, strlen(line)));
    mock_reboot(mock);
    mock_options(mock, "-c /x.conf");
    state_fall_back(mock, "/loader.conf", "/x.conf", "PANIC");
    assert_int_equal(mock_count(mock, line), 1);
    assert_null(memchr(log_of(mock).at, '\x1b', log_of(mock).len));
    mock_end(mock);
}

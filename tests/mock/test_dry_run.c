// SPDX-License-Identifier: BSD-2-Clause
// -n: everything except the boot, and nothing is left allocated; -b: one screen at a time.
#include <btl/boot.h>

#include "mock.h"

#include <string.h>

static struct mock *begin(const char *options)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, options);
    return mock;
}

TEST(test_prints_what_the_kernel_would_get)
{
    static const char *const texts[] = {"System:",
                                        "Kernel:",
                                        "Modules:",
                                        "/modules/late.ko",
                                        "base_count",
                                        "Memory at entry:",
                                        "runtime code",
                                        "Log of the loader",
                                        "Configuration:",
                                        "dry run: would start /kernel/kernel.elf",
                                        "this would boot (errors: 0, warnings: 0)"};
    struct mock *mock = begin("-n");
    mock_expect_return(mock, FW_SUCCESS);
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        if (!mock_said(mock, texts[i]))
            fail_msg("no \"%s\" in:\n%s", texts[i], mock->console);
    }
    assert_false(mock->key_waited);
    assert_int_equal(mock->calls[MOCK_CREATE] + mock->calls[MOCK_REMOVE], 0);
    mock_end(mock);
}

TEST(test_changes_nothing)
{
    struct mock *mock = begin("-n");
    mock_add_text(
        mock, "/loader.conf",
        "manifest_save=\"YES\"\nautoboot_delay=\"10\"\nbase_load=\"YES\"\nquiet=\"YES\"\n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_false(mock->key_waited || mock_has_file(mock, BTL_MANIFEST_SAVED));
    assert_true(mock_said(mock, "Modules:")); // printed even if quiet
    mock_end(mock);
}

TEST(test_saves_what_it_prints)
{
    struct btl_manifest saved;
    struct mock *mock = begin("-n -m /dry.bin");
    mock->restless = 1;
    mock_expect_return(mock, FW_SUCCESS);
    mock_saved_manifest(mock, "/dry.bin", &saved);
    assert_int_equal(mock_module(&saved, "user")->state, BTLM_LINKED);
    assert_true(btl_manifest_count(&saved, BTLM_MEMORY) > 5);
    mock_end(mock);
}

// The same machine boots as the dry run said: same addresses, same modules.
TEST(test_boot_is_what_the_dry_run_said)
{
    struct btl_manifest dry, kernels;
    struct mock *mock = begin("-m /m.bin"), *dry_mock;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &kernels);
    uint64_t address = mock_module(&kernels, "user")->address;
    uint64_t count = btl_manifest_count(&kernels, BTLM_MODULES);
    mock_end(mock);
    dry_mock = begin("-n -m /m.bin");
    mock_expect_return(dry_mock, FW_SUCCESS);
    mock_saved_manifest(dry_mock, "/m.bin", &dry);
    assert_int_equal(mock_module(&dry, "user")->address, address);
    assert_int_equal(btl_manifest_count(&dry, BTLM_MODULES), count);
    mock_end(dry_mock);
}

TEST(test_failed_modules_are_said_and_do_not_count)
{
    struct mock *mock = begin("-n");
    mock_add_text(mock, "/loader.conf", "gone_load=\"YES\"\nbase_load=\"YES\"\n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "[file-not-found]"));
    assert_true(mock_said(mock, "this would boot (errors: 1,"));
    mock_end(mock);
}

TEST(test_status_says_that_it_could_not_boot)
{
    static const char *const texts[] = {
        "kernel=\"/gone\"\n",
        "gone_load=\"YES\"\ngone_required=\"YES\"\nrequired_failure=\"reset\"\n"};
    static const char *const codes[] = {"[file-not-found]", "[boot-required]"};
    for (size_t i = 0; i < BTL_COUNT(texts); i++) {
        struct mock *mock = begin("-n");
        mock_add_text(mock, "/loader.conf", texts[i]);
        mock_expect_return(mock, FW_LOAD_ERROR);
        assert_true(mock_said(mock, codes[i]));
        assert_true(mock_said(mock, "dry run: this would not boot"));
        assert_false(mock->key_waited);
        mock_end(mock);
    }
}

// The longest run of rows between two questions, each line counted as often as it wraps.
static uint32_t longest_page(const struct mock *mock)
{
    uint32_t rows = 0, longest = 0;
    for (const char *at = mock->console; *at != '\0';) {
        const char *end = strstr(at, "\r\n");
        if (end == NULL)
            break;
        size_t len = (size_t)(end - at);
        bool question = strncmp(at, "-- a key", 8) == 0;
        rows += len == 0 ? 1 : (uint32_t)((len + 79) / 80);
        longest = rows > longest ? rows : longest;
        rows = question ? 0 : rows;
        at = end + 2;
    }
    return longest;
}

TEST(test_pages_fit_the_screen)
{
    struct mock *mock = begin("-n -b");
    mock->keys = " {other} ";
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock->key_waited);
    assert_true(mock_count(mock, "-- a key") >= 3);
    // A line that wraps ends at most one row after the question's.
    assert_true(longest_page(mock) >= 24 && longest_page(mock) <= 26);
    assert_true(mock_said(mock, "Configuration:") && mock_said(mock, "this would boot"));
    mock_end(mock);
}

TEST(test_reading_can_be_ended)
{
    struct mock *mock = begin("-n -b");
    mock->keys = " q";
    mock_expect_return(mock, FW_SUCCESS);
    assert_int_equal(mock_count(mock, "-- a key"), 2);
    assert_false(mock_said(mock, "Configuration:"));
    assert_true(mock_said(mock, "this would boot")); // the verdict all the same
    mock_end(mock);
}

TEST(test_no_pages_without_a_screen)
{
    static const uint32_t sizes[][2] = {{0, 0}, {3, 80}, {25, 0}};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock = begin("-n -b");
        mock->facts.console_rows = sizes[i][0];
        mock->facts.console_columns = sizes[i][1];
        mock_expect_return(mock, FW_SUCCESS);
        assert_false(mock->key_waited);
        mock_end(mock);
    }
}

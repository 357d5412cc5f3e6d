// SPDX-License-Identifier: BSD-2-Clause
// Load options: which loader.conf is read.
#include "mock.h"

#include <string.h>

static void expect_config(const char *options, bool by_shell, const char *path, const char *code)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/loader.conf")->path = path;
    mock->facts.options_name_program = by_shell;
    if (options != NULL)
        mock_options(mock, options);
    mock_expect_boot(mock, code);
    mock_manifest(mock, &manifest);
    struct btl_str used = btl_manifest_str(&manifest, btl_manifest_system(&manifest)->config_path);
    assert_true(btl_str_equal(used, btl_str_of(path)));
    mock_end(mock);
}

static void test_none(void **state)
{
    expect_config(NULL, false, "/loader.conf", NULL);
    expect_config("", false, "/loader.conf", NULL);
    expect_config("   ", false, "/loader.conf", NULL);
}

static void test_from_a_boot_entry(void **state)
{
    expect_config("-c /btl/other.conf", false, "/btl/other.conf", NULL);
    expect_config("/btl/other.conf", false, "/btl/other.conf", NULL);
    expect_config("other.conf", false, "/other.conf", NULL);
}

static void test_from_the_shell(void **state)
{
    expect_config("BOOTX64.EFI", true, "/loader.conf", NULL);
    expect_config("BOOTX64", true, "/loader.conf", NULL);
    expect_config("fs0:\\EFI\\BOOT\\bootx64.efi -c fs0:\\btl\\other.conf", true, "/btl/other.conf",
                  NULL);
    expect_config("bootx64.efi  other.conf ", false, "/other.conf", NULL);
}

static void test_quoted_name(void **state)
{
    expect_config("-c \"/with space/o.conf\"", false, "/with space/o.conf", NULL);
    expect_config("\"/with space/o.conf", false, "/with space/o.conf", NULL);
}

static void test_unknown_option_is_named_and_ignored(void **state)
{
    expect_config("-x -c /o.conf", false, "/o.conf", "option-unknown");
    expect_config("/o.conf /p.conf", false, "/o.conf", "option-unknown");
}

static void test_option_without_file(void **state)
{
    expect_config("BOOTX64.EFI -c", true, "/loader.conf", "option-no-file");
}

static void expect_not_text(const uint8_t bytes[16], uint32_t size)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, "0123456789");
    memcpy((void *)(uintptr_t)mock->facts.load_options, bytes, 16);
    mock->facts.load_options_size = size; // the last one is a lie: it is not read then
    mock_expect_boot(mock, "option-not-text");
    mock_end(mock);
}

static void test_binary_options_are_ignored(void **state)
{
    static const uint8_t guid[] = {0x31, 0x0c, 0x4e, 0x8e, 0x01, 0x02, 0x03, 0x04,
                                   0x05, 0x00, 0x06, 0x00, 0x07, 0x00, 0x08, 0x00};
    expect_not_text(guid, sizeof(guid));
    expect_not_text(guid, 15);
    expect_not_text(guid, 9000);
}

static void test_not_terminated(void **state)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/loader.conf")->path = "/o.conf";
    mock_options(mock, "/o.confJUNK");
    mock->facts.load_options_size = 14;
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_from_a_boot_entry),
        cmocka_unit_test(test_from_the_shell),
        cmocka_unit_test(test_quoted_name),
        cmocka_unit_test(test_unknown_option_is_named_and_ignored),
        cmocka_unit_test(test_option_without_file),
        cmocka_unit_test(test_binary_options_are_ignored),
        cmocka_unit_test(test_not_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

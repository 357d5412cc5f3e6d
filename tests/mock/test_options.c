// SPDX-License-Identifier: BSD-2-Clause
// Load options: which loader.conf is read, what is unknown, the help text.
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

TEST(test_none)
{
    expect_config(NULL, false, "/loader.conf", NULL);
    expect_config("", false, "/loader.conf", NULL);
    expect_config("   ", false, "/loader.conf", NULL);
}

TEST(test_from_a_boot_entry)
{
    expect_config("-c /btl/other.conf", false, "/btl/other.conf", NULL);
    expect_config("/btl/other.conf", false, "/btl/other.conf", NULL);
    expect_config("other.conf", false, "/other.conf", NULL);
}

TEST(test_from_the_shell)
{
    expect_config("BOOTX64.EFI", true, "/loader.conf", NULL);
    expect_config("BOOTX64", true, "/loader.conf", NULL);
    expect_config("fs0:\\EFI\\BOOT\\bootx64.efi -c fs0:\\btl\\other.conf", true, "/btl/other.conf",
                  NULL);
    expect_config("bootx64.efi  other.conf ", false, "/other.conf", NULL);
}

TEST(test_quoted_name)
{
    expect_config("-c \"/with space/o.conf\"", false, "/with space/o.conf", NULL);
    expect_config("\"/with space/o.conf", false, "/with space/o.conf", NULL);
}

// Editors begin a file with a byte order mark and end its lines with CR and LF.
TEST(test_options_from_a_text_file)
{
    expect_config("\xef\xbb\xbf-c \\btl\\new.conf", false, "/btl/new.conf", NULL);
    expect_config("-c \\btl\\new.conf\r\n", false, "/btl/new.conf", NULL);
    expect_config("\r\n-c\r\n/btl/new.conf\n-v\n", false, "/btl/new.conf", NULL);
    expect_config("\xef\xbb\xbf\r\n", false, "/loader.conf", NULL);
    expect_config("\xef\xbb\xbf", false, "/loader.conf", NULL);
    expect_config("\xef\xbb\xbf"
                  "BOOTX64.EFI /o.conf\r\n",
                  true, "/o.conf", NULL);
    expect_config("\xef\xbb\xbf\xef\xbb\xbf-v", false, "/loader.conf", "option-not-text");
    expect_config("-v\x0b", false, "/loader.conf", "option-not-text");
}

TEST(test_dry_run_from_a_text_file)
{
    static const char *const files[] = {"-n\r\n", "-n\n", "\xef\xbb\xbf-n\r\n", "\n-n", "-n\r"};
    for (size_t i = 0; i < BTL_COUNT(files); i++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock_options(mock, files[i]);
        mock_expect_return(mock, FW_SUCCESS);
        assert_true(mock_said(mock, "dry run: this would boot"));
        mock_end(mock);
    }
}

// A boot entry's options that another program wrote for its kernel: one note, and the default.
TEST(test_options_of_another_program)
{
    static const char *const lines[] = {
        "root=/dev/sdb3 init=/sbin/init rootwait ro",
        "ro quiet splash",
        "console=ttyS0,115200 -v",
        "BOOT_IMAGE=/boot/vmlinuz root=UUID=1-2",
        "quiet",
        "initrd=\\initrd.img",
        "BOOTX64.EFI root=/dev/sda1 a.conf",
        "=",
        "\"root=LABEL=a b\" ro",
    };
    for (size_t i = 0; i < BTL_COUNT(lines); i++)
        expect_config(lines[i], false, "/loader.conf", "option-foreign");
}

TEST(test_options_of_another_program_are_one_line)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, "root=/dev/sdb3 init=/sbin/init rootwait ro");
    mock_expect_boot(mock, "option-foreign");
    assert_true(mock_said(mock, "note: 'root=/dev/sdb3' is neither"));
    assert_true(mock_said(mock, "(errors: 0, warnings: 0)"));
    assert_false(mock_said(mock, "rootwait"));
    mock_end(mock);
}

TEST(test_paths_of_a_boot_entry)
{
    expect_config("/a=b", false, "/a=b", NULL);
    expect_config("fs0:o=1", false, "/o=1", NULL);
    expect_config("o.conf=old", false, "/o.conf=old", NULL);
    expect_config("-v quiet", false, "/quiet", NULL);
}

TEST(test_unknown_option_is_named_and_ignored)
{
    expect_config("-x -c /o.conf", false, "/o.conf", "option-unknown");
    expect_config("/o.conf /p.conf", false, "/o.conf", "option-unknown");
}

TEST(test_option_without_file)
{
    expect_config("-c", false, "/loader.conf", "option-no-file");
}

TEST(test_several_letters_in_one_word)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->facts.options_name_program = true;
    mock_options(mock, "BOOTX64.EFI -nv");
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "dry run: this would boot"));
    assert_true(mock_said(mock, "SHA-256")); // verbose
    assert_false(mock_said(mock, "option-"));
    mock_end(mock);
}

// All or nothing: "-nx" does not set n either.
TEST(test_letters_with_an_unknown_one)
{
    expect_config("-nx", false, "/loader.conf", "option-unknown");
    expect_config("-nc", false, "/loader.conf", "option-unknown");
    expect_config("-", false, "/loader.conf", "option-unknown");
}

static void expect_refused(const char *options, const char *code)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->facts.options_name_program = true;
    mock_options(mock, options);
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, code));
    assert_true(mock_said(mock, "[option-refused]"));
    assert_false(mock->key_waited);
    assert_int_equal(mock->calls[MOCK_OPEN_VOLUME], 0);
    mock_end(mock);
}

TEST(test_slip_that_was_typed_starts_nothing)
{
    expect_refused("BOOTX64.EFI --dry-run", "[option-unknown]");
    expect_refused("BOOTX64.EFI -nx", "[option-unknown]");
    expect_refused("BOOTX64.EFI a.conf b.conf", "[option-unknown]");
    expect_refused("BOOTX64.EFI -c", "[option-no-file]");
    expect_refused("BOOTX64.EFI -c \\..\\loader.conf", "[option-path]");
}

// A file name that was typed boots that file or nothing.
static void expect_file_refused(const char *options)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->facts.options_name_program = true;
    mock_options(mock, options);
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[boot-no-config]"));
    assert_true(mock_said(mock, "[option-refused]"));
    assert_false(mock->key_waited);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

TEST(test_file_that_was_typed_and_is_missing_starts_nothing)
{
    expect_file_refused("BOOTX64.EFI foo");
    expect_file_refused("BOOTX64.EFI /?");
    expect_file_refused("BOOTX64.EFI root=/dev/sda1");
    expect_file_refused("BOOTX64.EFI -v -c \\btl\\gone.conf");
    expect_file_refused("fs0:\\BOOTX64.EFI -s gone.conf\r\n");
}

TEST(test_file_that_was_typed_and_cannot_be_read_starts_nothing)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/dir", "")->directory = true;
    mock->facts.options_name_program = true;
    mock_options(mock, "BOOTX64.EFI /dir");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[option-refused]"));
    mock_end(mock);
}

TEST(test_missing_file_of_a_dry_run)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->facts.options_name_program = true;
    mock_options(mock, "BOOTX64.EFI -n gone.conf");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "dry run: this would not boot"));
    assert_false(mock_said(mock, "a boot would go on with"));
    mock_end(mock);
}

// No person may be present at a boot entry.
TEST(test_missing_file_of_a_boot_entry_gives_way)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, "gone.conf");
    mock_expect_boot(mock, "boot-fallback");
    mock_end(mock);
}

TEST(test_slip_beside_a_dry_run)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->facts.options_name_program = true;
    mock_options(mock, "BOOTX64.EFI -x -n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "[option-unknown]"));
    assert_true(mock_said(mock, "dry run: this would boot"));
    mock_end(mock);
}

TEST(test_save_without_file)
{
    expect_config("-m", false, "/loader.conf", "option-no-file");
}

TEST(test_verbose_counts_more_than_quiet)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "quiet=\"YES\"\nbase_load=\"YES\"\nbase_phase=\"BOOT1\"\n");
    mock_options(mock, "-v");
    mock_expect_boot(mock, NULL);
    assert_true(mock_said(mock, "files of INIT and AUTO modules"));
    mock_end(mock);
}

// Every option that is known is in the help text, and nothing was done to print it.
TEST(test_help)
{
    static const char *const lines[] = {"\r\n  -b ", "\r\n  -c FILE ", "\r\n  -h ",
                                        "\r\n  -i ", "\r\n  -m FILE ", "\r\n  -n ",
                                        "\r\n  -s ", "\r\n  -v ",      "Example:"};
    struct mock *mock = mock_begin(); // a machine without files
    mock->facts.options_name_program = true;
    mock_options(mock, "BOOTX64.EFI -n -h");
    mock_expect_return(mock, FW_SUCCESS);
    for (size_t i = 0; i < BTL_COUNT(lines); i++)
        assert_true(mock_said(mock, lines[i]));
    assert_false(mock->key_waited);
    assert_int_equal(mock->calls[MOCK_OPEN_VOLUME], 0);
    mock_end(mock);
}

// The help fits any screen.
TEST(test_help_fits_a_screen)
{
    struct mock *mock = mock_begin();
    uint32_t column = 0, lines = 0;
    mock_options(mock, "-h");
    mock_expect_return(mock, FW_SUCCESS);
    for (size_t i = 0; i < mock->console_len; i++) {
        column = mock->console[i] == '\n' ? 0 : column + 1;
        lines += mock->console[i] == '\n';
        assert_true(column <= 80); // with the \r
    }
    assert_true(lines < 25);
    mock_end(mock);
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

TEST(test_binary_options_are_ignored)
{
    static const uint8_t guid[] = {0x31, 0x0c, 0x4e, 0x8e, 0x01, 0x02, 0x03, 0x04,
                                   0x05, 0x00, 0x06, 0x00, 0x07, 0x00, 0x08, 0x00};
    expect_not_text(guid, sizeof(guid));
    expect_not_text(guid, 15);
    expect_not_text(guid, 9000);
}

// Binary data as real firmware passes it: each pair of bytes is some character of UTF-16.
TEST(test_binary_options_without_a_control_character)
{
    static const uint8_t made_by_edk2[16] = {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
                                             0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2};
    static const uint8_t mark[16] = "RC";
    static const uint8_t text_of_bytes[16] = "-v -s ";
    expect_not_text(made_by_edk2, sizeof(made_by_edk2));
    expect_not_text(mark, 2);
    expect_not_text(text_of_bytes, 6);
}

TEST(test_not_terminated)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/loader.conf")->path = "/o.conf";
    mock_options(mock, "/o.confJUNK");
    mock->facts.load_options_size = 14;
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// The menu from its opening to its end: what cannot be booted, who is there, and every failure of
// the firmware while a person walks through it.
#include "menu_user.h"

#include <stdlib.h>
#include <string.h>

TEST(test_bad_kernel_is_repaired)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin(" {see cannot be booted so}{see [file-not-found]}b{see This cannot be booted so}"
                   "m{see no manifest}{down}{down}{enter}{see good.conf was chosen}{enter}");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\nbase_load=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.d/good.conf", "base_load=\"YES\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_boot(&manifest)->path, "/loader.conf.d/good.conf");
    mock_end(mock);
}

// It was planned, and then it failed: the rows say so.
static enum fw_style boot_style;
static void look_at_boot(struct mock *mock, fw_key key)
{
    if (key == 'q')
        boot_style = mock_style(mock, "b  Boot");
}

TEST(test_rows_after_a_failure_behind_the_plan)
{
    struct mock *mock = menu_begin("{see Boot}{not cannot be booted so}b{see cannot be booted so}"
                                   "b{see This cannot be booted so}m{see no manifest}{down}q");
    mock->at_key = look_at_boot;
    boot_style = FW_STYLE_NORMAL;
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    menu_leave(mock);
    assert_int_equal(boot_style, FW_STYLE_DIM); // it cannot be taken
    mock_end(mock);
}

// Who has asked for the menu need not press a key for it again.
TEST(test_failure_with_the_option_opens_the_menu_at_once)
{
    struct mock *mock = menu_begin("{see boot menu}{see cannot be booted so}q");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\n");
    menu_leave(mock);
    assert_false(mock_said(mock, "Press a key"));
    mock_end(mock);
}

TEST(test_required_module_is_switched_off)
{
    struct btl_manifest manifest;
    struct mock *mock =
        menu_begin("{right}{see failed}{enter}{see Modules > gone}n{escape}{see off}b");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"halt\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    mock_module(&manifest, "base");
    mock_end(mock);
}

// ------------------------------------------------------------------------------- no other key

#define TIMEOUT "no other key was pressed for 60 s: booting"

static struct mock *begin_countdown(const char *keys)
{
    struct mock *mock = menu_begin(keys);
    mock_options(mock, "");
    mock_add_text(mock, "/loader.conf", "autoboot_delay=\"3\"\nbase_load=\"YES\"\n");
    return mock;
}

// One key and no other: it was noise on a line.
TEST(test_menu_without_another_key)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x{see boot goes on in 60 s}");
    menu_boot(mock, &manifest);
    assert_int_equal(mock_count(mock, TIMEOUT), 1);
    assert_int_equal(mock->waited_ms, 60000);
    assert_int_equal(menu_boot_flags(&manifest) & (BTLM_BOOT_CHANGED | BTLM_BOOT_SAFE), 0);
    mock_end(mock);
}

TEST(test_key_from_before_the_menu_without_another_key)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\n");
    mock->typed = "x";
    menu_boot(mock, &manifest);
    assert_int_equal(mock_count(mock, TIMEOUT), 1);
    mock_end(mock);
}

// Without another key the boot falls back as if the menu had not been open.
TEST(test_unattended_boot_falls_back)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x");
    mock_add_text(mock, "/loader.conf.prev", "late_load=\"YES\"\n");
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock_count(mock, TIMEOUT), 1);
    mock_manifest(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_boot(&manifest)->path, "/loader.conf.prev");
    mock_end(mock);
}

TEST(test_any_key_keeps_the_menu)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x{down}{not boot goes on in}{wait}{wait}{wait}"
                                        "s{see Safe boot is on}{wait}{wait}s{wait}b");
    menu_boot(mock, &manifest);
    assert_false(mock_said(mock, TIMEOUT));
    mock_end(mock);
}

TEST(test_menu_that_was_asked_for_waits)
{
    struct btl_manifest manifest;
    struct mock *mock = menu_begin("{not boot goes on in}{wait}{wait}b");
    menu_boot(mock, &manifest);
    assert_false(mock_said(mock, TIMEOUT));
    mock_end(mock);
    mock = begin_countdown("x{see cannot be booted so}{wait}{wait}q");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\n");
    menu_leave(mock);
    assert_false(mock_said(mock, TIMEOUT));
    mock_end(mock);
}

// -------------------------------------------------------------------------------------- failures

// The keys of a person who walks through the menu and leaves it, whatever the menu has become
// meanwhile.
#define WANDER                                                                                     \
    " {right}{down}{enter}p{down}{enter}f1{enter}{escape}{escape}{escape}o2{enter}s"               \
    "{down}{down}{enter}m{escape}p{escape}e{enter}{escape}l"                                       \
    "{enter}l{enter}{escape}{escape}q{enter}q{enter}q{enter}q{enter}q{enter}q{enter}"

static void wander(enum mock_service service, fw_status status)
{
    for (uint32_t at = 1;; at++) {
        struct mock *mock = menu_begin(WANDER);
        mock_add_text(mock, "/loader.conf.d/a.conf", "base_load=\"YES\"\n");
        mock->fail_service = service;
        mock->fail_at = at;
        mock->fail_status = status;
        mock->terminal = FW_TERMINAL_ANSWERS;
        run(&mock->firmware);
        bool failed = mock->calls[service] >= at;
        // What could not be kept is read again.
        for (size_t i = 0; i < MOCK_FILES; i++) {
            mock->files[i].opened = 0;
            mock->files[i].read_bytes = 0;
        }
        mock_end(mock);
        if (!failed)
            break;
    }
}

TEST(test_every_allocation_fails)
{
    wander(MOCK_ALLOCATE, FW_OUT_OF_RESOURCES);
}

TEST(test_every_call_of_the_volume_fails)
{
    wander(MOCK_OPEN_VOLUME, FW_DEVICE_ERROR);
    wander(MOCK_LIST, FW_DEVICE_ERROR);
    wander(MOCK_OPEN, FW_DEVICE_ERROR);
    wander(MOCK_INFO, FW_DEVICE_ERROR);
    wander(MOCK_READ, FW_DEVICE_ERROR);
}

// Anything at all, on the screen and by lines; then out. Without r, t, x and q, which end it early.
TEST(test_random_keys)
{
    static const char *const keys[] = {
        "{up}",     "{down}",     "{down}",   "{left}", "{right}", "{enter}", "{enter}",
        "{escape}", "{pagedown}", "{pageup}", "{home}", "{end}",   "{tab}",   "{backspace}",
        "{delete}", "{other}",    "{f5}",     " ",      "a",       "c",       "d",
        "e",        "f",          "g",        "h",      "l",       "m",       "n",
        "o",        "p",          "s",        "u",      "v",       "1",       "3",
        "\xc3\xa4", "\x15"};
    static char script[16384];
    srand(5);
    for (int round = 0; round < 60; round++) {
        script[0] = '\0';
        for (int i = 0; i < 400; i++)
            strcat(script, keys[(size_t)rand() % BTL_COUNT(keys)]);
        for (int i = 0; i < 12; i++)
            strcat(script, "{escape}{escape}\x15q{enter}{escape}\x15"
                           "back{enter}");
        struct mock *mock = menu_begin(script);
        mock->terminal = FW_TERMINAL_ANSWERS;
        mock->facts.console_rows = 10 + (uint32_t)rand() % 40;
        mock->facts.console_columns = 40 + (uint32_t)rand() % 110;
        mock_add_text(mock, "/loader.conf.d/a.conf",
                      "title=\"a\"\nbase_load=\"YES\"\ngone_load=\"YES\"\n");
        run(&mock->firmware);
        mock_end(mock);
    }
}

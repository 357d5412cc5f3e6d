// SPDX-License-Identifier: BSD-2-Clause
// The menu by lines: the same model, so every ability of the screen once more, and what only lines
// have.
#include "menu_user.h"

#include <string.h>

#define E "{enter}"

static struct mock *begin(const char *keys)
{
    struct mock *mock = menu_begin(keys);
    mock->facts.console_rows = 0; // no paging, except where tested
    mock_add_text(mock, "/loader.conf",
                  "menu=\"line\"\nkernel_options=\"console=com1\"\n"
                  "base_load=\"YES\"\nbase_phase=\"BOOT1\"\n"
                  "user_load=\"YES\"\nuser_phase=\"BOOT1\"\nuser_flags=\"verbose=1\"\n"
                  "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlate.depth=\"4\"\n"
                  "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n");
    return mock;
}

static void boot(struct mock *mock, struct btl_manifest *ret)
{
    menu_boot(mock, ret);
    assert_int_equal(mock->screen.clears, 0);
}

static void expect(const struct mock *mock, const char *text)
{
    if (!mock_said(mock, text))
        fail_msg("no \"%s\" in:\n%s", text, mock->console);
}

TEST(test_page_is_a_numbered_list)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("1" E);
    boot(mock, &manifest);
    expect(mock, "Boot page, /loader.conf. Type a number, a letter, or ? for help.");
    expect(mock, "  1 b  Boot: /loader.conf");
    expect(mock, "  2    /loader.conf: (chosen) default");
    expect(mock, "  3 o  Kernel options: \"console=com1\"");
    expect(mock, "  5 u  Undo all changes: changes: 0 (not now)");
    mock_end(mock);
}

TEST(test_commands_that_are_none)
{
    struct mock *mock =
        begin("99" E "0" E "j" E "v" E "v 99" E "bootx" E "12345678901" E "\xc3\xa4" E "q" E);
    menu_leave(mock);
    assert_int_equal(mock_count(mock, "Problem: There is no such command here"), 8);
    mock_end(mock);
}

TEST(test_help_and_list)
{
    struct mock *mock = begin("?" E E "help" E " boot " E "q" E);
    menu_leave(mock);
    expect(mock, "NUMBER    takes that row of the page");
    assert_int_equal(mock_count(mock, "Boot page,"), 3);
    mock_end(mock);
}

TEST(test_typing)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("x\x15"
              "jj{backspace}{backspace}{backspace}{up}{other}o" E "abc{backspace}d{escape}"
              "ox{backspace}" E "new=1{backspace}2" E "b" E);
    mock->terminal = FW_TERMINAL_ANSWERS;
    boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "new=2");
    expect(mock, "Kernel options: left as it is.");
    mock_end(mock);
}

// On a terminal that may be a log nothing is written over, and on a line that is longer than the
// terminal nothing can be.
TEST(test_typing_where_nothing_is_written_over)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("o" E "new=1{backspace}2" E "b" E);
    mock->terminal = FW_TERMINAL_SILENT; // the mock looks
    boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "new=2");
    expect(mock, "new> new=1\r\nnew> new=2\r\n");
    mock_end(mock);
    mock = begin("o" E "0123456789012345678901234567890123456789{backspace}X" E "b" E);
    mock->facts.console_columns = 40;
    boot(mock, &manifest);
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options,
                     "012345678901234567890123456789012345678X");
    mock_end(mock);
}

TEST(test_value_is_kept_or_emptied)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("o" E E "o" E "\"\"" E "b" E);
    boot(mock, &manifest);
    expect(mock, "Kernel options: left as it is.");
    expect(mock, "For this boot: kernel_options=\"\".");
    mock_expect_text(&manifest, btl_manifest_system(&manifest)->kernel_options, "");
    mock_end(mock);
}

TEST(test_module_is_changed_in_every_way)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("modules" E "3" E "v 2" E "2" E "f" E "some" E "5" E "9" E "v 4" E
                              "e" E "back" E "4" E "n" E "n" E "u" E "back" E "b" E);
    boot(mock, &manifest);
    expect(mock, "Modules page, /loader.conf");
    expect(mock, "  3    late: BOOT2");
    expect(mock, "Module page of late");
    expect(mock, "BOOT2 (now): after the kernel's virtual memory is up");
    expect(mock, "  2 p  Phase: INIT (changed)");
    expect(mock, "For this boot: late_phase=\"INIT\".");
    expect(mock, "For this boot: late_flags=\"some\".");
    expect(mock, "  4 e  On failure: warn");
    expect(mock, "warn (now): it is said, and the boot goes on");
    expect(mock, "For this boot: late_on_error=\"ignore\".");
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "late")->flags), BTL_ON_ERROR_IGNORE);
    expect(mock, "late.depth: \"4\"");
    expect(mock, "Default: 8");
    expect(mock, "For this boot: lazy_load=\"NO\".");
    expect(mock, "lazy is as in /loader.conf again.");
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_INIT);
    mock_expect_text(&manifest, mock_module(&manifest, "late")->arguments, "some");
    const struct btlm_tunable *tunable = btl_manifest_entry(&manifest, BTLM_TUNABLES, 0);
    mock_expect_text(&manifest, tunable->value, "9");
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    mock_end(mock);
}

TEST(test_module_is_added_and_undone)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("a" E "late" E "a" E "lazy" E "c" E "u" E "a" E "late" E "b" E);
    mock_add_text(mock, "/loader.conf", "menu=\"line\"\nbase_load=\"YES\"\n");
    boot(mock, &manifest);
    expect(mock, "To keep these changes, add the lines to /loader.conf:");
    expect(mock, "lazy_load=\"YES\"\r\n");
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 2);
    mock_end(mock);
}

TEST(test_configuration_is_chosen)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("3" E "3" E);
    mock_add_text(mock, "/loader.conf.d/other.conf",
                  "title=\"The \xe4\xb8\xad other\"\nlate_load=\"YES\"\n");
    boot(mock, &manifest);
    expect(mock, "  3    The \xe4\xb8\xad other: /loader.conf.d/other.conf");
    expect(mock, "/loader.conf.d/other.conf was chosen.");
    mock_expect_text(&manifest, btl_manifest_boot(&manifest)->path, "/loader.conf.d/other.conf");
    mock_end(mock);
}

TEST(test_texts)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("p" E "g" E "d" E "f" E "e" E "conf-no-value" E "v 3" E "s" E "s" E
                              "m" E "look" E "machine" E "b" E);
    boot(mock, &manifest);
    expect(mock, "user: load in BOOT1, needs base");
    expect(mock, "[    0.");
    expect(mock, "errors: 0, warnings: 0");
    expect(mock, "No failed boot is on record.");
    expect(mock, "conf-no-value: nothing but blanks");
    expect(mock, "kernel_options: words for the kernel");
    expect(mock, "Safe boot is on.");
    expect(mock, "Memory at entry:");
    expect(mock, "Look page,");
    expect(mock, "Machine page,");
    mock_end(mock);
}

TEST(test_machine)
{
    struct mock *mock = begin("t" E "h" E "q" E);
    menu_leave(mock);
    expect(mock, "Problem: This firmware does not let its setup be asked for.");
    expect(mock, "Problem: No UEFI shell was found");
    mock_end(mock);
    mock = begin("h" E "x" E);
    mock->has_shell = true;
    run(&mock->firmware);
    assert_int_equal(mock->shell_runs, 1);
    assert_true(mock->reset && mock->reset_how == FW_RESET_OFF);
    expect(mock, "Back from the shell");
    mock_end(mock);
    mock = begin("r" E);
    run(&mock->firmware);
    assert_true(mock->reset && mock->reset_how == FW_RESET_COLD);
    mock_end(mock);
}

TEST(test_from_lines_to_the_screen_and_back)
{
    struct mock *mock = begin("l" E "{see Up/Down: row}l"
                              "q" E);
    mock->facts.console_rows = 25;
    menu_leave(mock);
    assert_int_equal(mock_count(mock, "Boot page,"), 2);
    mock_end(mock);
}

TEST(test_problems_are_said)
{
    struct mock *mock = begin(" b" E "q" E);
    mock_add_text(mock, "/loader.conf", "menu=\"line\"\nkernel=\"/gone\"\n");
    menu_leave(mock);
    expect(mock, "Boot: /loader.conf: cannot be booted so (not now)");
    expect(mock, "Problem: This cannot be booted so; d shows the diagnostics.");
    mock_end(mock);
}

// It was planned, and then it failed.
TEST(test_rows_after_a_failure_behind_the_plan)
{
    struct mock *mock = begin("b" E "look" E "q" E);
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    menu_leave(mock);
    expect(mock, "Boot: /loader.conf\r\n");
    expect(mock, "Boot: /loader.conf: cannot be booted so (not now)");
    expect(mock, "m  Manifest (not now)");
    mock_end(mock);
}

// Without a setting: line mode only on a serial line that does not answer.
TEST(test_auto_is_lines_where_there_is_no_screen)
{
    static const struct {
        const char *conf;
        enum fw_terminal terminal;
        bool framebuffer, lines;
    } cases[] = {{"", FW_TERMINAL_SILENT, false, true},
                 {"menu=\"auto\"\n", FW_TERMINAL_SILENT, false, true},
                 {"", FW_TERMINAL_SILENT, true, false},
                 {"", FW_TERMINAL_ANSWERS, false, false},
                 {"", FW_TERMINAL_SCREEN, false, false},
                 {"menu=\"screen\"\n", FW_TERMINAL_SILENT, false, false},
                 {"menu=\"line\"\n", FW_TERMINAL_ANSWERS, true, true}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct mock *mock = begin(cases[i].lines ? "q" E : "q");
        mock->facts.console_rows = 25;
        mock->terminal = cases[i].terminal;
        if (!cases[i].framebuffer)
            mock->facts.framebuffer.format = 0;
        mock_add_text(mock, "/loader.conf", cases[i].conf);
        menu_leave(mock);
        assert_int_equal(mock_said(mock, "menu> "), cases[i].lines);
        assert_int_equal(mock->screen.clears == 0, cases[i].lines);
        mock_end(mock);
    }
}

// One key opens it at the countdown, and no other one comes, at the prompt or in a list that is
// longer than the terminal.
TEST(test_menu_without_another_key)
{
    static const uint32_t rows[] = {0, 5};
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct btl_manifest manifest;
        struct mock *mock = begin("x");
        mock_options(mock, "");
        mock->facts.console_rows = rows[i];
        mock_add_text(mock, "/loader.conf", "menu=\"line\"\nautoboot_delay=\"3\"\n");
        boot(mock, &manifest);
        expect(mock, "Without another key the boot goes on in 60 s.");
        expect(mock, "no other key was pressed for 60 s: booting");
        assert_int_equal(mock->waited_ms, 60000);
        mock_end(mock);
    }
}

TEST(test_any_key_keeps_the_menu)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("xs{wait}{wait}" E "s" E "{wait}{wait}b" E);
    mock_options(mock, "");
    mock_add_text(mock, "/loader.conf", "menu=\"line\"\nautoboot_delay=\"3\"\n");
    boot(mock, &manifest);
    assert_false(mock_said(mock, "no other key"));
    mock_end(mock);
}

// The longest run of lines that came without a key.
static uint32_t lines, max_lines;
static size_t seen;
static void count_lines(struct mock *mock, fw_key key)
{
    lines = 0;
    for (; seen < mock->console_len; seen++)
        lines += mock->console[seen] == '\n';
    max_lines = lines > max_lines ? lines : max_lines;
}

TEST(test_page_by_page)
{
    struct mock *mock = begin("e" E "boot-" E " qq" E);
    mock->facts.console_rows = 12;
    mock->at_key = count_lines;
    lines = max_lines = 0;
    seen = 0;
    menu_leave(mock);
    assert_true(max_lines == 12);
    assert_int_equal(mock_count(mock, "-- a key: the next page, q: no more --"), 2);
    mock_end(mock);
}

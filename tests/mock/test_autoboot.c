// SPDX-License-Identifier: BSD-2-Clause
// Between plan and boot: the countdown, the key that opens the menu, and no fallback while a person
// is present.
#include "state.h"

#include <string.h>

#define MENU "boot menu"

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", conf);
    return mock;
}

TEST(test_no_delay_waits_for_nobody)
{
    struct mock *mock = begin("base_load=\"YES\"\n");
    mock->keys = "x"; // too late
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock->key_waited || mock_said(mock, MENU) || mock_said(mock, "starting in"));
    mock_end(mock);
}

TEST(test_key_that_was_typed_before)
{
    struct mock *mock = begin("base_load=\"YES\"\n");
    mock->typed = " ";
    mock->keys = "{see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

TEST(test_delay)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock->typed = "  "; // before the question was there: no answer to it
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "starting in 3 s; a key opens the menu"));
    assert_int_equal(mock->waited_ms, 3000);
    assert_false(mock_said(mock, MENU));
    mock_end(mock);
}

static uint32_t times_in_log(const struct mock *mock, const char *text)
{
    struct btl_manifest manifest;
    uint32_t count = 0;
    mock_manifest(mock, &manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    const char *end = log.at + log.len;
    for (const char *at = log.at; (at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL;
         at++)
        count++;
    return count;
}

// One line, rewritten each second and then removed; the log has it once.
TEST(test_countdown_ticks)
{
    for (int terminal = FW_TERMINAL_SCREEN; terminal <= FW_TERMINAL_ANSWERS; terminal++) {
        struct mock *mock = begin("autoboot_delay=\"10\"\n");
        mock->terminal = (enum fw_terminal)terminal;
        state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
        assert_true(mock_said(mock, "\rstarting in 9 s; a key opens the menu "));
        assert_true(mock_said(mock, "\rstarting in 1 s; a key opens the menu"));
        assert_int_equal(mock_count(mock, "starting in"), 10);
        assert_int_equal(mock->waited_ms, 10000);
        assert_false(mock_shows(mock, "starting in") || mock_shows(mock, "opens the menu"));
        assert_int_equal(times_in_log(mock, "starting in"), 1);
        assert_int_equal(times_in_log(mock, "starting in 10 s; a key opens the menu\n"), 1);
        mock_end(mock);
    }
}

// If the terminal is not known to rewrite lines, there is one line (the mock fails at a second).
TEST(test_countdown_of_a_silent_line)
{
    struct mock *mock = begin("autoboot_delay=\"10\"\n");
    mock->terminal = FW_TERMINAL_SILENT;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(mock_count(mock, "starting in"), 1);
    assert_true(mock_said(mock, "\r\nstarting in 10 s; a key opens the menu\r\n"));
    assert_int_equal(mock->waited_ms, 10000);
    assert_int_equal(times_in_log(mock, "starting in"), 1);
    mock_end(mock);
}

// In its third second; the line is gone when the menu comes, by lines too.
TEST(test_key_while_it_ticks)
{
    struct mock *mock = begin("autoboot_delay=\"5\"\nmenu=\"line\"\n");
    mock->keys = "{wait}{wait}{see starting in 3 s}x{see Boot page}{not starting in}b{enter}";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(mock_count(mock, "starting in"), 3);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

TEST(test_key_in_the_delay)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock->keys = "{f2}{see boot menu}b";
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, 0); // nothing was changed
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

// A user who keeps tapping the key stays in the menu, and does not take its first row.
TEST(test_repeats_of_the_key_that_opened_the_menu)
{
    static const char *const keys[] = {"     {wait}{see boot menu}q", "   {see boot menu}q",
                                       "  {wait}{down}{see boot menu}q",
                                       "{enter}{enter}{enter}{wait}{see boot menu}q", "qqq{wait}q"};
    static const char *const confs[] = {"autoboot_delay=\"3\"\n", "kernel=\"/kernel/gone.elf\"\n"};
    for (size_t i = 0; i < BTL_COUNT(keys) * BTL_COUNT(confs); i++) {
        struct mock *mock = begin(confs[i % BTL_COUNT(confs)]);
        mock->keys = keys[i / BTL_COUNT(confs)];
        mock_expect_return(mock, FW_ABORTED);
        assert_int_equal(*mock->keys, '\0');
        mock_end(mock);
    }
}

TEST(test_key_after_a_pause_is_no_repeat)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock->keys = "  {wait}{see boot menu} ";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

// A key that sticks does not keep the menu open for ever.
TEST(test_key_that_sticks)
{
    char keys[1000];
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    memset(keys, ' ', sizeof(keys));
    keys[sizeof(keys) - 1] = '\0';
    mock->keys = keys;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(strlen(mock->keys) > 500);
    mock_end(mock);
}

TEST(test_quiet_looks_for_keys_all_the_same)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\nquiet=\"YES\"\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(mock->waited_ms, 3000);
    assert_int_equal(mock->console_len, 0);
    assert_int_equal(mock->terminal_asked, 0); // no question on its line either
    mock_end(mock);
    mock = begin("autoboot_delay=\"3\"\nquiet=\"YES\"\n");
    mock->keys = " {see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

TEST(test_option)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock_options(mock, "-i");
    mock->keys = "{see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock_said(mock, "starting in"));
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

TEST(test_dry_run_asks_nobody)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock_options(mock, "-i -n");
    mock->typed = mock->keys = "   ";
    mock_expect_return(mock, FW_SUCCESS);
    assert_false(mock->key_waited || mock_said(mock, MENU));
    mock_end(mock);
}

// One that will be given up is not counted down for; the one in its place is, once.
TEST(test_countdown_of_a_fallback)
{
    struct mock *mock =
        begin("autoboot_delay=\"3\"\ngone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_add_text(mock, "/loader.conf.prev", "autoboot_delay=\"5\"\n");
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock_count(mock, "starting in"), 5);
    assert_true(mock_said(mock, "starting in 5 s"));
    assert_int_equal(mock->waited_ms, 5000);
    mock_end(mock);
}

// A person is present: the menu shows the failure and stays open.
TEST(test_nobody_falls_back_in_the_menu)
{
    static const char *const confs[] = {
        "bad line\nkernel=\"/kernel/gone.elf\"\n",
        "gone_load=\"YES\"\ngone_on_error=\"fallback\"\ngone_required=\"YES\"\n"
        "kernel=\"/kernel/gone.elf\"\n"};
    for (size_t i = 0; i < BTL_COUNT(confs); i++) {
        struct mock *mock = begin(confs[i]);
        mock_add_text(mock, "/loader.conf.prev", "base_load=\"YES\"\n");
        mock_options(mock, "-i");
        mock->keys = "{see boot menu}bb{see boot menu}q";
        mock_expect_return(mock, FW_ABORTED);
        assert_false(mock_said(mock, "[boot-fallback]"));
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
        mock_end(mock);
    }
}

// Planned, and then given up by its module: the same menu again.
TEST(test_required_module_in_the_menu)
{
    struct mock *mock = begin("gone_load=\"YES\"\ngone_required=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.prev", "base_load=\"YES\"\n");
    mock_options(mock, "-i");
    mock->keys = "{see boot menu}b{see boot menu}q";
    mock_expect_return(mock, FW_ABORTED);
    assert_true(mock_said(mock, "[boot-required]")); // with nothing to fall back to it is fatal
    assert_false(mock_said(mock, "[boot-fallback]"));
    mock_end(mock);
}

TEST(test_key_after_a_failure)
{
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    mock->typed = "  ";
    mock->keys = " {see boot menu}q";
    mock_expect_return(mock, FW_ABORTED);
    assert_true(mock_said(mock, "Press a key for the menu"));
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

// Without a volume there is no menu.
TEST(test_key_after_a_failure_without_a_volume)
{
    struct mock *mock = begin("");
    mock->fail_service = MOCK_OPEN_VOLUME;
    mock->fail_at = 1;
    mock->fail_status = FW_UNSUPPORTED;
    mock->keys = " ";
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "Press a key to return to the firmware (60 s)"));
    assert_false(mock_said(mock, MENU));
    mock_end(mock);
}

// A failure of the one-time steps ends the boot, with and without -i: no menu may pass by the check
// of the processor.
TEST(test_menu_option_on_a_machine_that_does_not_fit)
{
    struct mock *mock = begin("");
    mock_options(mock, "-i");
    mock->facts.cpu.no_execute = false;
    mock->keys = "{wait}bbbb";
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[boot-cpu]"));
    assert_true(mock_said(mock, "Press a key to return to the firmware (60 s)"));
    assert_false(mock_said(mock, MENU));
    mock_end(mock);
}

TEST(test_menu_option_without_a_volume)
{
    struct mock *mock = begin("");
    mock_options(mock, "-i -s");
    mock->fail_service = MOCK_OPEN_VOLUME;
    mock->fail_at = 1; // later it could be opened
    mock->fail_status = FW_NO_MEDIA;
    mock->keys = "sb";
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[boot-no-volume]"));
    assert_false(mock_said(mock, MENU));
    mock_end(mock);
}

TEST(test_trial_from_the_menu)
{
    static const char conf[] = "boot_tries=\"2\"\nbase_load=\"YES\"\n";
    struct mock *mock = begin(conf);
    mock_options(mock, "-i");
    mock->keys = "b"; // as it is: that is a try
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect(mock, BTL_VARIABLE_TRIAL, conf, "/loader.conf", 1, "");
    mock_reboot(mock);
    mock->keys = "ox{enter}b"; // changed
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_CHANGED);
    assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    mock_end(mock);
}

#define TRIAL "boot_tries=\"3\"\nbase_load=\"YES\"\n"

// The first attempt fails behind the count.
static struct mock *begin_counted(const char *keys)
{
    struct mock *mock = begin(TRIAL);
    mock_options(mock, "-i");
    mock->keys = keys;
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    return mock;
}

static void expect_one_try(struct mock *mock)
{
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_TRIAL);
    assert_int_equal(boot.tries, 3);
    assert_int_equal(boot.tries_left, 2);
    assert_int_equal(boot.timeout, 60);
    assert_int_equal(mock_count(mock, "on trial: 2 of 3 tries are left after this one"), 2);
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 2, "");
    assert_int_equal(mock_variable(mock, "BtlTrial")->writes, 1);
    mock_end(mock);
}

// A second attempt in the same boot is the same try, and a trial for the kernel too.
TEST(test_one_boot_counts_one_try)
{
    expect_one_try(begin_counted("b{see boot menu}ox{enter}ub"));
}

static void in_shell(struct mock *mock)
{
    (void)mock;
}

// The count that is read again after the shell is that of this try.
TEST(test_one_try_after_the_shell)
{
    struct mock *mock = begin_counted("b{see boot menu}hb");
    mock->has_shell = true;
    mock->in_shell = in_shell;
    expect_one_try(mock);
}

TEST(test_last_try_after_the_shell)
{
    struct mock *mock = begin_counted("b{see boot menu}hb");
    mock->has_shell = true;
    mock->in_shell = in_shell;
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 1, "");
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, BTLM_BOOT_TRIAL);
    assert_int_equal(boot.tries_left, 0);
    assert_false(mock_said(mock, "[boot-no-fallback]"));
    mock_end(mock);
}

static void count_in_shell(struct mock *mock)
{
    state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 1, "");
}

static void forget_in_shell(struct mock *mock)
{
    mock_variable(mock, "BtlTrial")->name[0] = '\0';
}

// Variables changed in the shell take effect.
TEST(test_state_is_read_again_after_the_shell)
{
    static void (*const changes[])(struct mock *) = {count_in_shell, forget_in_shell};
    static const uint32_t left[] = {0, 2};
    for (size_t i = 0; i < BTL_COUNT(changes); i++) {
        struct mock *mock = begin(TRIAL);
        mock_options(mock, "-i");
        if (i == 1)
            state_put(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 0, "");
        mock->has_shell = true;
        mock->in_shell = changes[i];
        mock->keys = "{see boot menu}h{see Back from the shell}b";
        struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
        assert_int_equal(boot.flags, BTLM_BOOT_TRIAL);
        assert_int_equal(boot.tries_left, left[i]);
        state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", left[i], "");
        mock_end(mock);
    }
}

// One boot counts one try: another configuration gets none.
TEST(test_another_configuration_after_the_count)
{
    struct mock *mock = begin_counted("b{see boot menu}{down}{down}{enter}b");
    mock_add_text(mock, "/loader.conf.d/a.conf", "boot_tries=\"2\"\nlate_load=\"YES\"\n");
    struct btlm_boot boot = state_boot(mock, "/loader.conf.d/a.conf", BTLM_HOW_MENU);
    assert_int_equal(boot.flags & BTLM_BOOT_TRIAL, 0);
    assert_true(mock_said(mock, "this try is not counted: a boot counts only one try"));
    state_expect(mock, BTL_VARIABLE_TRIAL, TRIAL, "/loader.conf", 2, "");
    mock_end(mock);
}

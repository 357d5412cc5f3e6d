// SPDX-License-Identifier: BSD-2-Clause
// What lies between plan and boot: the countdown, the key that opens the menu, and that nobody
// falls back while somebody is there.
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

static void test_no_delay_waits_for_nobody(void **state)
{
    struct mock *mock = begin("base_load=\"YES\"\n");
    mock->keys = "x"; // somebody who is late
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock->key_waited || mock_said(mock, MENU) || mock_said(mock, "starting in"));
    mock_end(mock);
}

static void test_key_that_was_typed_before(void **state)
{
    struct mock *mock = begin("base_load=\"YES\"\n");
    mock->typed = " ";
    mock->keys = "{see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

static void test_delay(void **state)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock->typed = "  "; // before the question was there: no answer to it
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "starting in 3 s; a key opens the menu"));
    assert_int_equal(mock->waited_ms, 3000);
    assert_false(mock_said(mock, MENU));
    mock_end(mock);
}

static void test_key_in_the_delay(void **state)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock->keys = "{f2}{see boot menu}b";
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, 0); // nothing was changed
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

static void test_quiet_looks_for_keys_all_the_same(void **state)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\nquiet=\"YES\"\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(mock->waited_ms, 3000);
    assert_int_equal(mock->console_len, 0);
    mock_end(mock);
    mock = begin("autoboot_delay=\"3\"\nquiet=\"YES\"\n");
    mock->keys = " {see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

static void test_option(void **state)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock_options(mock, "-i");
    mock->keys = "{see boot menu}b";
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock_said(mock, "starting in"));
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

static void test_dry_run_asks_nobody(void **state)
{
    struct mock *mock = begin("autoboot_delay=\"3\"\n");
    mock_options(mock, "-i -n");
    mock->typed = mock->keys = "   ";
    mock_expect_return(mock, FW_SUCCESS);
    assert_false(mock->key_waited || mock_said(mock, MENU));
    mock_end(mock);
}

// One that will be given up is not counted down for; the one in its place is, once.
static void test_countdown_of_a_fallback(void **state)
{
    struct mock *mock =
        begin("autoboot_delay=\"3\"\ngone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_add_text(mock, "/loader.conf.prev", "autoboot_delay=\"5\"\n");
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock_count(mock, "starting in"), 1);
    assert_true(mock_said(mock, "starting in 5 s"));
    assert_int_equal(mock->waited_ms, 5000);
    mock_end(mock);
}

// A human is there: the menu shows what failed, and is left only by him.
static void test_nobody_falls_back_in_the_menu(void **state)
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
static void test_required_module_in_the_menu(void **state)
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

static void test_key_after_a_failure(void **state)
{
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    mock->typed = "  ";
    mock->keys = " {see boot menu}q";
    mock_expect_return(mock, FW_ABORTED);
    assert_true(mock_said(mock, "Press a key for the menu"));
    assert_int_equal(*mock->keys, '\0');
    mock_end(mock);
}

// Without a volume there is nothing a menu could show.
static void test_key_after_a_failure_without_a_volume(void **state)
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

static void test_trial_from_the_menu(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_delay_waits_for_nobody),
        cmocka_unit_test(test_key_that_was_typed_before),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_key_in_the_delay),
        cmocka_unit_test(test_quiet_looks_for_keys_all_the_same),
        cmocka_unit_test(test_option),
        cmocka_unit_test(test_dry_run_asks_nobody),
        cmocka_unit_test(test_countdown_of_a_fallback),
        cmocka_unit_test(test_nobody_falls_back_in_the_menu),
        cmocka_unit_test(test_required_module_in_the_menu),
        cmocka_unit_test(test_key_after_a_failure),
        cmocka_unit_test(test_key_after_a_failure_without_a_volume),
        cmocka_unit_test(test_trial_from_the_menu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

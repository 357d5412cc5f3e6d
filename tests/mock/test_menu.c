// SPDX-License-Identifier: BSD-2-Clause
// The menu as a screen: every item, by scripted keys, what is seen, and what is booted then.
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/boot_state.h>
#include <btl/hash.h>

static struct mock *begin(const char *keys)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, "-i");
    mock->keys = keys;
    return mock;
}

// Boots by the keys; the manifest that the kernel got.
static void boot(struct mock *mock, struct btl_manifest *ret)
{
    mock_expect_boot(mock, NULL);
    if (*mock->keys != '\0')
        fail_msg("keys left: %s", mock->keys);
    mock_manifest(mock, ret);
}

static struct btl_str text_of(const struct btl_manifest *manifest, struct btlm_str str)
{
    return btl_manifest_str(manifest, str);
}

static void expect_text(struct btl_str text, const char *expected)
{
    if (!btl_str_equal(text, btl_str_of(expected)))
        fail_msg("expected \"%s\", got \"%.*s\"", expected, (int)text.len, text.at);
}

static uint32_t boot_flags(const struct btl_manifest *manifest)
{
    return btl_manifest_boot(manifest)->flags;
}

// ------------------------------------------------------------------------------------- boot page

static void test_return_boots_what_is_planned(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{see boot menu}{see /loader.conf}{see Kernel options}{see \"console=com1\"}"
              "{see BOOT1 base user}{see BOOT2 late}{see AUTO lazy}{enter}");
    boot(mock, &manifest);
    assert_int_equal(boot_flags(&manifest) & (BTLM_BOOT_CHANGED | BTLM_BOOT_SAFE), 0);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

static void test_kernel_options_are_edited(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(
        "o{see kernel_options}{see console=com1}{home}x {right}{delete}{end}{backspace} \"q\" \\z"
        "{left}{left}{backspace}{enter}"
        "{see For this boot: kernel_options=}{see changes: 1}b");
    boot(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_system(&manifest)->kernel_options),
                "x cnsole=com \"q\"\\z");
    assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_CHANGED, BTLM_BOOT_CHANGED);
    mock_end(mock);
}

static void test_what_is_left_is_no_change(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("oabc{escape}{see left as it is}o{enter}{see left as it is}{see changes: 0}b");
    boot(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_system(&manifest)->kernel_options), "console=com1");
    assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

static void test_undo_of_everything(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("ox{enter}{see changes: 1}ou{enter}{see com1xu}u{see changes: 0}"
                              "{see \"console=com1\"}u{see Nothing was changed}b");
    boot(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_system(&manifest)->kernel_options), "console=com1");
    mock_end(mock);
}

static void test_safe_boot(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("{see Safe boot}s{see Safe boot is on}{see changed for}b");
    mock->keys = "{see Safe boot}s{see Safe boot is on}{see /loader.conf, safe}ss{see is on}b";
    mock_add_text(
        mock, "/loader.conf",
        "base_load=\"YES\"\nbase_on_error=\"fallback\"\nlate_load=\"YES\"\nlate.depth=\"4\"\n");
    boot(mock, &manifest);
    assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_SAFE, BTLM_BOOT_SAFE);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 1);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_TUNABLES), 0);
    mock_end(mock);
}

// Where there is room, the whole plan stands beside the configurations.
static void test_wide_screen_shows_every_module(void **state)
{
    struct mock *mock =
        begin("{see BOOT1 base user}{see late                     BOOT2   2}{see KiB  ready}q");
    mock->facts.console_rows = 50;
    mock->facts.console_columns = 160;
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

// ------------------------------------------------------------------------------- configurations

static void add_configurations(struct mock *mock)
{
    mock_add_text(mock, "/loader.conf", "title=\"Every day\"\nbase_load=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.prev", "late_load=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.d/rescue.conf",
                  "title=\"R\xc3\xa4ttung\"\nkernel_options=\"rescue\"\nlazy_load=\"YES\"\n");
}

static void test_configurations_are_listed_and_chosen(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(
        "{see Every day}{see (chosen) default}{see R\xc3\xa4ttung}{see /loader.conf.d/rescue.conf}"
        "{see /loader.conf.prev}ox{enter}{see changes: 1}"
        "{down}{down}{down}{see Return chooses it}{enter}"
        "{see /loader.conf.d/rescue.conf was chosen}{see INIT lazy}{see changes: 0}"
        "{enter}");
    add_configurations(mock);
    boot(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_boot(&manifest)->path),
                "/loader.conf.d/rescue.conf");
    assert_int_equal(btl_manifest_boot(&manifest)->how, BTLM_HOW_MENU);
    expect_text(text_of(&manifest, btl_manifest_system(&manifest)->kernel_options), "rescue");
    mock_module(&manifest, "lazy");
    mock_end(mock);
}

static void put_record(struct mock *mock, enum btl_variable variable, struct btl_record record)
{
    uint8_t bytes[BTL_RECORD_MAX];
    record.there = true;
    uint64_t size = btl_record_write(variable, &record, bytes);
    assert_true(size > 0);
    mock_variable_put(mock, btl_variable_name(variable), bytes, size);
}

static struct btl_record record_of(struct mock *mock, const char *path, uint32_t number)
{
    struct btl_record record = {.number = number, .path = btl_str_of(path)};
    const struct mock_file *file = mock_file(mock, path);
    btl_sha256((struct btl_bytes){file->bytes, file->size}, record.sha256);
    return record;
}

static void test_marks_of_configurations(void **state)
{
    struct mock *mock =
        begin("{see (chosen) default, on trial, 2 of 3 tries left}{see last good}q");
    add_configurations(mock);
    mock_add_text(mock, "/loader.conf", "boot_tries=\"3\"\nbase_load=\"YES\"\n");
    put_record(mock, BTL_VARIABLE_TRIAL, record_of(mock, "/loader.conf", 3));
    put_record(mock, BTL_VARIABLE_GOOD, record_of(mock, "/loader.conf.prev", 0));
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_hostile_titles(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("{see title?\xc2\xa0?x}{see wide\xe4\xb8\xad}b");
    mock_add_text(mock, "/loader.conf", "title=\"title\xe2\x80\xae\xc2\xa0\xf0\x9f\x98\x80x\"\n");
    mock_add_text(mock, "/loader.conf.d/a.conf", "title=\"wide\xe4\xb8\xad\xe6\x96\x87\"\n");
    mock_add_text(mock, "/loader.conf.d/b.conf", "title=\"\xff\xfe\x1b[2J\"\n\x9b");
    boot(mock, &manifest);
    mock_end(mock);
}

// --------------------------------------------------------------------------------------- modules

static void test_modules_are_listed(void **state)
{
    struct mock *mock =
        begin("{right}{see base}{see BOOT1}{see load}{see counts, version 1.2}"
              "{see supports BOOT1,BOOT2,RUN}{down}{see ready}{see Add a module}{left}"
              "{see Kernel options}q");
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_failed_modules_come_first_with_their_reason(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{see [file-not-found]}{right}{see failed}{see the file is not there}b");
    mock->keys = "{see [file-not-found]}{right}{see failed}b";
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\ngone_load=\"YES\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "gone")->state, BTLM_FAILED);
    mock_end(mock);
}

// To the module page of the n-th module.
#define MODULE(downs) "{right}" downs "{enter}"

static void test_module_is_switched_off(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin(MODULE("{down}{down}") "{see Modules > late}{see Load it}n{see late_load=\"NO\"}"
                                     "{see NO}{escape}{see off}b");
    boot(mock, &manifest);
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_ORDER); i++) {
        const uint32_t *index = btl_manifest_entry(&manifest, BTLM_ORDER, i);
        expect_text(text_of(&manifest, btl_manifest_module(&manifest, *index)->name),
                    i == 0   ? "base"
                    : i == 1 ? "user"
                             : "lazy");
    }
    mock_end(mock);
}

static void test_module_is_switched_off_and_on_again(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin(MODULE("{down}{down}") "n{see late_load=\"NO\"}n{see late_load=\"YES\"}b");
    mock->keys = MODULE("{down}{down}") "n{see late_load=\"NO\"}n{see late_load=\"YES\"}{escape}b";
    boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    mock_end(mock);
}

static void test_blacklisted_module_is_switched_on(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{right}{down}{see named in module_blacklist}{enter}{see Modules > base}n"
              "{see base_load=\"YES\"}{escape}c{see module_blacklist=\"gone,other\"}q{escape}b");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"NO\"\nlazy_load=\"YES\"\nmodule_blacklist=\"gone base other\"\n");
    boot(mock, &manifest);
    mock_module(&manifest, "base");
    mock_end(mock);
}

static void test_phase_is_changed_to_one_that_is_supported(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(MODULE(
        "{down}{down}") "p{see Modules > late > Phase}{not BOOT1}{see BOOT2}{see INIT}{see AUTO}"
                        "{down}{enter}{see late_phase=\"INIT\"}{see Modules > late}{escape}b");
    boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_INIT);
    mock_end(mock);
}

static void test_phase_is_undone(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin(MODULE("{down}{down}") "p{down}{enter}pu{see late_phase is as in /loader.conf again}"
                                     "{escape}b");
    boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->configured, BTL_PHASE_BOOT2);
    assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

static void test_phase_of_a_dependency_switches_it_on(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{right}{down}{enter}{see Modules > user}{escape}{up}{enter}{see Modules > base}"
              "{see where user pulls it}p{see (now) linked by the loader}{down}{down}{enter}{see "
              "base_phase=\"INIT\"}{escape}b");
    mock_add_text(mock, "/loader.conf", "user_load=\"YES\"\nuser_phase=\"BOOT1\"\n");
    boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->configured, BTL_PHASE_INIT);
    assert_int_equal(mock_module(&manifest, "base")->phase, BTL_PHASE_BOOT1);
    mock_end(mock);
}

static void test_flags_are_edited(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin(MODULE("{down}") "{see Modules > user}{see \"verbose=1\"}f{backspace}2 more"
                               "{enter}{see user_flags=\"verbose=2 more\"}{escape}b");
    boot(mock, &manifest);
    expect_text(text_of(&manifest, mock_module(&manifest, "user")->arguments), "verbose=2 more");
    mock_end(mock);
}

static void test_tunable_is_edited(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(MODULE("{down}{down}") "{down}{down}{down}{down}{see \"4\"}{see "
                                                     "entries in the queue}{see default: 8}"
                                                     "{enter}{see Default: 8}{see late.depth}\x15"
                                                     "16{enter}"
                                                     "{see late.depth=\"16\"}{escape}b");
    boot(mock, &manifest);
    const struct btlm_tunable *tunable = btl_manifest_entry(&manifest, BTLM_TUNABLES, 0);
    expect_text(text_of(&manifest, tunable->value), "16");
    mock_end(mock);
}

static void test_changes_of_a_module_are_undone(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("ox{enter}" MODULE(
        "{down}{down}") "n{see late_load}f1{enter}{see late_flags}u"
                        "{see late is as in /loader.conf again}u{see Nothing of late was changed}"
                        "{escape}{left}{see changes: 1}b");
    boot(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    expect_text(text_of(&manifest, btl_manifest_system(&manifest)->kernel_options),
                "console=com1x");
    mock_end(mock);
}

static void test_on_error_is_changed(void **state)
{
    static const struct {
        const char *keys;
        enum btl_on_error on_error;
    } levels[] = {{"", BTL_ON_ERROR_IGNORE},
                  {"{down}", BTL_ON_ERROR_WARN},
                  {"{down}{down}", BTL_ON_ERROR_FALLBACK},
                  {"{down}{down}{down}", BTL_ON_ERROR_HALT}};
    for (size_t i = 0; i < BTL_COUNT(levels); i++) {
        char keys[400];
        struct btl_manifest manifest;
        snprintf(
            keys, sizeof(keys),
            MODULE(
                "{down}{down}") "{see On failure}{see required}e{see Modules > late > On failure}"
                                "{see a failure is in the log alone}{see the boot stops}%s"
                                "{enter}{see late_on_error=\"%s\"}{see Modules > late}"
                                "{not required}{escape}b",
            levels[i].keys, btl_on_error_name(levels[i].on_error));
        struct mock *mock = begin(keys);
        mock_add_text(mock, "/loader.conf",
                      "user_load=\"YES\"\nlate_load=\"YES\"\nlate_required=\"YES\"\n");
        boot(mock, &manifest);
        uint32_t flags = mock_module(&manifest, "late")->flags;
        assert_int_equal(BTLM_ON_ERROR(flags), levels[i].on_error);
        assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_CHANGED, BTLM_BOOT_CHANGED);
        mock_end(mock);
    }
}

static void test_on_error_is_undone(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(MODULE("{down}{down}") "e{enter}{see late_on_error=\"ignore\"}"
                                                     "eu{see late_on_error is as in /loader.conf "
                                                     "again}{see warn}e{escape}"
                                                     "e{enter}u{see late is as in /loader.conf "
                                                     "again}{see warn}{escape}b");
    boot(mock, &manifest);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "late")->flags), BTL_ON_ERROR_WARN);
    assert_int_equal(boot_flags(&manifest) & BTLM_BOOT_CHANGED, 0);
    mock_end(mock);
}

// It may be changed of one that merely comes along, and of one that has failed.
static void test_on_error_of_other_modules(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{right}{see gone}{down}{enter}{see Modules > base}e{down}{down}{down}{enter}"
              "{see base_on_error=\"halt\"}{escape}{up}{enter}{see Modules > gone}{see fallback}e"
              "{see (now) the last good configuration is booted}{enter}{see "
              "gone_on_error=\"ignore\"}{escape}b");
    mock_add_text(mock, "/loader.conf",
                  "user_load=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_expect_boot(mock, "");
    assert_string_equal(mock->keys, "");
    mock_manifest(mock, &manifest);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "base")->flags), BTL_ON_ERROR_HALT);
    assert_int_equal(BTLM_ON_ERROR(mock_module(&manifest, "gone")->flags), BTL_ON_ERROR_IGNORE);
    mock_end(mock);
}

static void test_module_is_added(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("a{see Add a module}{see /modules}no good{enter}{see A name "
                              "has}alate{enter}{see late_load}b");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\n");
    boot(mock, &manifest);
    mock_module(&manifest, "late");
    mock_end(mock);
}

// ----------------------------------------------------------------------------------------- texts

static void test_texts(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("p{see Plan, lines 1 to}{see BOOT1, linked by the loader}{see user: load in "
              "BOOT1}{see needs base}{escape}"
              "g{see Log, lines}{see BTL test on Mock}q"
              "d{see errors: 0, warnings: 0}q"
              "f{see No failed boot is on record}q"
              "c{see Nothing was changed}q"
              "econf-bad-ph{enter}{see conf-bad-phase: the value of}{not conf-bad-number}{escape}"
              "enothing{enter}{see No message has a code}{escape}"
              "b");
    boot(mock, &manifest);
    mock_end(mock);
}

static void test_last_failed_boot(void **state)
{
    struct mock *mock = begin(
        "f{see The last boot of /old.conf failed in the kernel}{see disk: boom}{see second?}qq");
    struct btl_record record = {.number = BTL_FAILED_IN_KERNEL,
                                .path = BTL_STR("/old.conf"),
                                .text = BTL_STR("disk: boom\nsecond\x1b\n"),
                                .given_up_count = 1};
    put_record(mock, BTL_VARIABLE_FAILED, record);
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
    // Configurations that were given up, and no boot that it is about.
    mock = begin("{right}{right}{see none on record}f{see No failed boot is on record}qq");
    put_record(mock, BTL_VARIABLE_FAILED, (struct btl_record){.given_up_count = 1});
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_diagnostics_with_explanations(void **state)
{
    struct mock *mock = begin(
        "{see unknown and has no effect}d{see conf-unknown-key}{see no program looks at this key}"
        "qe{see conf-unknown-key}{enter}{see Explanation}qq");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\nkernle=\"x\"\n");
    mock->keys = "d{see conf-unknown-key}{see no program looks at this key}"
                 "qe{see conf-unknown-key}{enter}{see Explanation}qq";
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_long_text_page_by_page(void **state)
{
    struct mock *mock =
        begin("e{enter}{see lines 1 to 23 of}{see boot-cpu}{pagedown}{see lines 24 to 46}"
              "{up}{see lines 23 to 45}{pageup}{see lines 1 to 23}{end}{not lines 1 to}{see save-}"
              "{down}{home}{see lines 1 to 23}{down}{see lines 2 to 24} {see lines 25 to}b{see "
              "lines 2 to 24}"
              "{escape}q");
    mock_expect_return(mock, FW_ABORTED);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

static void test_details_of_a_row(void **state)
{
    struct mock *mock =
        begin("{right}{down}v{see Details, lines}{see supports BOOT1}{escape}{see Add a module}q");
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_manifest_is_shown_and_nothing_is_started(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(
        "m{see manifest}{see lines 1 to 23 of}{see System:}{end}{escape}{see Kernel options}b");
    boot(mock, &manifest);
    assert_true(mock_said(mock, "System:"));
    mock_end(mock);
}

// --------------------------------------------------------------------------------------- machine

static void test_leave(void **state)
{
    struct mock *mock = begin(
        "{left}{see Firmware setup}{see this firmware has none}{see none was found}{end}{enter}");
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void test_reset_and_power_off(void **state)
{
    static const char *const keys[] = {"r", "x"};
    for (size_t i = 0; i < 2; i++) {
        struct mock *mock = begin(keys[i]);
        run(&mock->firmware);
        assert_true(mock->reset);
        assert_int_equal(mock->reset_how, i == 0 ? FW_RESET_COLD : FW_RESET_OFF);
        mock_end(mock);
    }
}

static void test_setup(void **state)
{
    struct mock *mock = begin("t{see does not let its setup be asked for}q");
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
    mock = begin("tq");
    mock->has_setup = true;
    run(&mock->firmware);
    assert_true(mock->entered_setup);
    mock_end(mock);
    mock = begin("t{see could not be entered: Device Error}q");
    mock->has_setup = true;
    mock->fail_service = MOCK_SETUP;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

static void repair(struct mock *mock)
{
    assert_int_equal(mock->volumes_open, 0);
    mock_add_text(mock, "/loader.conf", "late_load=\"YES\"\n");
}

static void test_shell_may_change_files(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin("{see BOOT1 base user}h{see Back from the shell}{see INIT late}{not user}b");
    mock->has_shell = true;
    mock->in_shell = repair;
    boot(mock, &manifest);
    assert_int_equal(mock->shell_runs, 1);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 1);
    mock_end(mock);
}

static void test_shell_that_is_not_there_or_fails(void **state)
{
    struct mock *mock = begin("h{see No UEFI shell was found}q");
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
    mock = begin("h{see could not be started: Load Error}q");
    mock->has_shell = true;
    mock->fail_service = MOCK_SHELL;
    mock->fail_at = 1;
    mock->fail_status = FW_LOAD_ERROR;
    mock_expect_return(mock, FW_ABORTED);
    mock_end(mock);
}

// ---------------------------------------------------------------------------- when it cannot boot

static void test_bad_kernel_is_repaired(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock =
        begin(" {see cannot be booted so}{see [file-not-found]}b{see This cannot be booted so}"
              "m{see no manifest}{down}{down}{enter}{see good.conf was chosen}{enter}");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\nbase_load=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.d/good.conf", "base_load=\"YES\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_boot(&manifest)->path), "/loader.conf.d/good.conf");
    mock_end(mock);
}

// It was planned, and then it failed: the rows say so.
static enum fw_style boot_style;
static void look_at_boot(struct mock *mock, fw_key key)
{
    if (key == 'q')
        boot_style = mock_style(mock, "b  Boot");
}

static void test_rows_after_a_failure_behind_the_plan(void **state)
{
    struct mock *mock = begin("{see Boot}{not cannot be booted so}b{see cannot be booted so}"
                              "b{see This cannot be booted so}m{see no manifest}{down}q");
    mock->at_key = look_at_boot;
    boot_style = FW_STYLE_NORMAL;
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    mock_expect_return(mock, FW_ABORTED);
    assert_string_equal(mock->keys, "");
    assert_int_equal(boot_style, FW_STYLE_DIM); // it cannot be taken
    mock_end(mock);
}

// Who has asked for the menu need not press a key for it again.
static void test_failure_with_the_option_opens_the_menu_at_once(void **state)
{
    struct mock *mock = begin("{see boot menu}{see cannot be booted so}q");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\n");
    mock_expect_return(mock, FW_ABORTED);
    assert_string_equal(mock->keys, "");
    assert_false(mock_said(mock, "Press a key"));
    mock_end(mock);
}

static void test_required_module_is_switched_off(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("{right}{see failed}{enter}{see Modules > gone}n{escape}{see off}b");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"halt\"\n");
    mock_expect_boot(mock, "file-not-found");
    mock_manifest(mock, &manifest);
    mock_module(&manifest, "base");
    mock_end(mock);
}

// ------------------------------------------------------------------------------- nobody is there

#define NOBODY "nobody pressed another key for 60 s: booting"

static struct mock *begin_countdown(const char *keys)
{
    struct mock *mock = begin(keys);
    mock_options(mock, "");
    mock_add_text(mock, "/loader.conf", "autoboot_delay=\"3\"\nbase_load=\"YES\"\n");
    return mock;
}

// One key, and nobody behind it: it was noise on a line.
static void test_menu_that_nobody_touches(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x{see boot goes on in 60 s}");
    boot(mock, &manifest);
    assert_int_equal(mock_count(mock, NOBODY), 1);
    assert_int_equal(mock->waited_ms, 60000);
    assert_int_equal(boot_flags(&manifest) & (BTLM_BOOT_CHANGED | BTLM_BOOT_SAFE), 0);
    mock_end(mock);
}

static void test_key_from_before_the_menu_that_nobody_touches(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\n");
    mock->typed = "x";
    boot(mock, &manifest);
    assert_int_equal(mock_count(mock, NOBODY), 1);
    mock_end(mock);
}

// Nobody was there: the boot falls back as if the menu had not been open.
static void test_boot_of_nobody_falls_back(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x");
    mock_add_text(mock, "/loader.conf.prev", "late_load=\"YES\"\n");
    mock->fail_service = MOCK_MEMORY_MAP; // that of the manifest
    mock->fail_status = FW_DEVICE_ERROR;
    mock->fail_at = 3;
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock_count(mock, NOBODY), 1);
    mock_manifest(mock, &manifest);
    expect_text(text_of(&manifest, btl_manifest_boot(&manifest)->path), "/loader.conf.prev");
    mock_end(mock);
}

static void test_any_key_keeps_the_menu(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_countdown("x{down}{not boot goes on in}{wait}{wait}{wait}"
                                        "s{see Safe boot is on}{wait}{wait}s{wait}b");
    boot(mock, &manifest);
    assert_false(mock_said(mock, NOBODY));
    mock_end(mock);
}

static void test_menu_that_was_asked_for_waits(void **state)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("{not boot goes on in}{wait}{wait}b");
    boot(mock, &manifest);
    assert_false(mock_said(mock, NOBODY));
    mock_end(mock);
    mock = begin_countdown("x{see cannot be booted so}{wait}{wait}q");
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone\"\n");
    mock_expect_return(mock, FW_ABORTED);
    assert_string_equal(mock->keys, "");
    assert_false(mock_said(mock, NOBODY));
    mock_end(mock);
}

// ------------------------------------------------------------------------------------------- sizes

// Every page and a text at a size: nothing scrolls, nothing is drawn outside (the mock looks).
static void test_sizes(void **state)
{
    static const uint32_t sizes[][2] = {{10, 40},  {12, 40},  {14, 60},  {16, 79}, {25, 80},
                                        {31, 100}, {42, 132}, {50, 160}, {64, 119}};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock =
            begin("{down}{down}{end}{up}{home}{right}{end}{home}{enter}{down}{end}p{escape}{escape}"
                  "{right}"
                  "{down}{right}{down}{right}p{end}{pageup}qe{enter}{end}{home}{pagedown}qo"
                  "0123456789012345678901234567890123456789012345678901234567890123456789"
                  "{home}{end}{left}x{enter}q");
        mock->facts.console_rows = sizes[i][0];
        mock->facts.console_columns = sizes[i][1];
        mock_add_text(mock, "/loader.conf.d/a.conf",
                      "title=\"a rather long title of a configuration that goes on\"\n");
        mock_expect_return(mock, FW_ABORTED);
        assert_int_equal(mock->screen.scrolls, 0);
        assert_string_equal(mock->keys, "");
        mock_end(mock);
    }
}

static void test_too_small_for_a_screen(void **state)
{
    static const struct {
        uint32_t rows, columns;
        const char *keys;
    } sizes[] = {{9, 80, " q{enter}"}, {25, 39, "q{enter}"}, {0, 0, "q{enter}"}};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct mock *mock = begin(sizes[i].keys);
        mock->facts.console_rows = sizes[i].rows;
        mock->facts.console_columns = sizes[i].columns;
        mock_expect_return(mock, FW_ABORTED);
        assert_true(mock_said(mock, "menu> "));
        mock_end(mock);
    }
}

// A list that is longer than the screen.
static void test_long_list_scrolls_with_the_selection(void **state)
{
    static char text[8192];
    struct mock *mock = begin("{right}{see 1-}{see of 101}{see m00}{end}{see Add a module}{not "
                              "m00}{up}{see m99}{home}{see m00}q");
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "m%02d_load=\"NO\"\n", i);
    mock_add_text(mock, "/loader.conf", text);
    mock_expect_return(mock, FW_ABORTED);
    assert_int_equal(mock->screen.scrolls, 0);
    mock_end(mock);
}

// What is on the screen already is not sent again: moving the selection touches two rows.
static size_t before;
static uint32_t keys_seen;
static void measure(struct mock *mock, fw_key key)
{
    if (key == FW_KEY_DOWN && keys_seen++ == 1)
        before = mock->console_len;
    else if (key == 'q')
        before = mock->console_len - before;
}

static void test_little_is_sent(void **state)
{
    struct mock *mock = begin("{right}{down}{down}q");
    keys_seen = 0;
    mock->at_key = measure;
    mock_add_text(mock, "/loader.conf", "aa_load=\"NO\"\nab_load=\"NO\"\nac_load=\"NO\"\n");
    mock_expect_return(mock, FW_ABORTED);
    assert_true(before > 0 && before <= 2 * 80);
    mock_end(mock);
}

// -------------------------------------------------------------------------------------- failures

// What somebody does who wanders through the menu, and goes, whatever the menu has become
// meanwhile.
#define WANDER                                                                                     \
    " {right}{down}{enter}p{down}{enter}f1{enter}{escape}{escape}{escape}o2{enter}s"               \
    "{down}{down}{enter}m{escape}p{escape}e{enter}{escape}l"                                       \
    "{enter}l{enter}{escape}{escape}q{enter}q{enter}q{enter}q{enter}q{enter}q{enter}"

static void wander(enum mock_service service, fw_status status)
{
    for (uint32_t at = 1;; at++) {
        struct mock *mock = begin(WANDER);
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

static void test_every_allocation_fails(void **state)
{
    wander(MOCK_ALLOCATE, FW_OUT_OF_RESOURCES);
}

static void test_every_call_of_the_volume_fails(void **state)
{
    wander(MOCK_OPEN_VOLUME, FW_DEVICE_ERROR);
    wander(MOCK_LIST, FW_DEVICE_ERROR);
    wander(MOCK_OPEN, FW_DEVICE_ERROR);
    wander(MOCK_INFO, FW_DEVICE_ERROR);
    wander(MOCK_READ, FW_DEVICE_ERROR);
}

// Anything at all, on the screen and by lines; then out. Without r, t, x and q, which end it early.
static void test_random_keys(void **state)
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
        struct mock *mock = begin(script);
        mock->terminal = FW_TERMINAL_ANSWERS;
        mock->facts.console_rows = 10 + (uint32_t)rand() % 40;
        mock->facts.console_columns = 40 + (uint32_t)rand() % 110;
        mock_add_text(mock, "/loader.conf.d/a.conf",
                      "title=\"a\"\nbase_load=\"YES\"\ngone_load=\"YES\"\n");
        run(&mock->firmware);
        mock_end(mock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_return_boots_what_is_planned),
        cmocka_unit_test(test_kernel_options_are_edited),
        cmocka_unit_test(test_what_is_left_is_no_change),
        cmocka_unit_test(test_undo_of_everything),
        cmocka_unit_test(test_safe_boot),
        cmocka_unit_test(test_wide_screen_shows_every_module),
        cmocka_unit_test(test_configurations_are_listed_and_chosen),
        cmocka_unit_test(test_marks_of_configurations),
        cmocka_unit_test(test_hostile_titles),
        cmocka_unit_test(test_modules_are_listed),
        cmocka_unit_test(test_failed_modules_come_first_with_their_reason),
        cmocka_unit_test(test_module_is_switched_off),
        cmocka_unit_test(test_module_is_switched_off_and_on_again),
        cmocka_unit_test(test_blacklisted_module_is_switched_on),
        cmocka_unit_test(test_phase_is_changed_to_one_that_is_supported),
        cmocka_unit_test(test_phase_is_undone),
        cmocka_unit_test(test_phase_of_a_dependency_switches_it_on),
        cmocka_unit_test(test_flags_are_edited),
        cmocka_unit_test(test_tunable_is_edited),
        cmocka_unit_test(test_changes_of_a_module_are_undone),
        cmocka_unit_test(test_on_error_is_changed),
        cmocka_unit_test(test_on_error_is_undone),
        cmocka_unit_test(test_on_error_of_other_modules),
        cmocka_unit_test(test_module_is_added),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_last_failed_boot),
        cmocka_unit_test(test_diagnostics_with_explanations),
        cmocka_unit_test(test_long_text_page_by_page),
        cmocka_unit_test(test_details_of_a_row),
        cmocka_unit_test(test_manifest_is_shown_and_nothing_is_started),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_reset_and_power_off),
        cmocka_unit_test(test_setup),
        cmocka_unit_test(test_shell_may_change_files),
        cmocka_unit_test(test_shell_that_is_not_there_or_fails),
        cmocka_unit_test(test_bad_kernel_is_repaired),
        cmocka_unit_test(test_rows_after_a_failure_behind_the_plan),
        cmocka_unit_test(test_failure_with_the_option_opens_the_menu_at_once),
        cmocka_unit_test(test_required_module_is_switched_off),
        cmocka_unit_test(test_menu_that_nobody_touches),
        cmocka_unit_test(test_key_from_before_the_menu_that_nobody_touches),
        cmocka_unit_test(test_boot_of_nobody_falls_back),
        cmocka_unit_test(test_any_key_keeps_the_menu),
        cmocka_unit_test(test_menu_that_was_asked_for_waits),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_too_small_for_a_screen),
        cmocka_unit_test(test_long_list_scrolls_with_the_selection),
        cmocka_unit_test(test_little_is_sent),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_every_call_of_the_volume_fails),
        cmocka_unit_test(test_random_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

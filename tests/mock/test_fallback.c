// SPDX-License-Identifier: BSD-2-Clause
// What is booted when the requested configuration fails: without a person, in the same boot, and
// with the reason in the manifest.
#include "state.h"

#include <stdio.h>
#include <string.h>

#define GOOD "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n"

// `conf` as /loader.conf (NULL: none), and GOOD as the one before it.
static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    if (conf != NULL)
        mock_add_text(mock, "/loader.conf", conf);
    else
        mock_file(mock, "/loader.conf")->path = "/elsewhere";
    mock_add_text(mock, "/loader.conf.prev", GOOD);
    return mock;
}

static void expect_prev(const char *conf, const char *part)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(conf);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", part);
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    state_expect(mock, BTL_VARIABLE_FAILED, conf, "/loader.conf", BTL_FAILED_IN_LOADER, part);
    mock_end(mock);
}

TEST(test_configuration_with_an_error)
{
    expect_prev("base_load=\"MAYBE\"\nlate_load=\"YES\"\n", "/loader.conf:1:");
    expect_prev("no equals sign\n", "[conf-no-equals]");
    expect_prev("\x01\x02\xff", "/loader.conf:1:1: error: ");
}

TEST(test_warnings_are_not_errors)
{
    struct mock *mock = begin("base_lod=\"YES\"\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "[conf-unknown-key]"));
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    mock_end(mock);
}

TEST(test_configuration_that_is_missing)
{
    expect_prev(NULL, "[boot-no-config]");
}

TEST(test_configuration_that_cannot_be_read)
{
    struct mock *mock = begin(GOOD "# changed\n");
    mock_file(mock, "/loader.conf")->read_status = FW_DEVICE_ERROR;
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-read-failed]");
    mock_end(mock);
}

// As it always was: its good lines boot, or the defaults.
TEST(test_without_another_one_what_is_right_is_booted)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "late_load=\"MAYBE\"\n" GOOD);
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags & BTLM_BOOT_FALLBACK, 0);
    assert_true(mock_said(mock, "[conf-bad-yes-no]"));
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    mock_end(mock);
}

TEST(test_kernel_that_is_missing)
{
    expect_prev("kernel=\"/kernel/gone.elf\"\n",
                "/kernel/gone.elf: error: the file does not exist");
}

TEST(test_kernel_that_is_unusable)
{
    static const struct {
        const char *fixture, *code;
    } cases[] = {{"late.ko", "[elf-"},
                 {"low.elf", "[boot-kernel-window]"},
                 {"high.elf", "[boot-window-full]"}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct mock *mock = begin("kernel=\"/kernel/new.elf\"\n");
        mock_add_fixture(mock, "/kernel/new.elf", cases[i].fixture);
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf", cases[i].code);
        mock_end(mock);
    }
}

// The message names the line to correct, if there is one.
TEST(test_wrong_kernel_names_its_line)
{
    struct mock *mock = mock_begin();
    mock_add_text(mock, "/loader.conf", "# the new one\n  kernel=\"/kernel/gone.elf\"\n");
    mock->keys = "";
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "/loader.conf:2:3: warning: this line names the kernel "
                                "\"/kernel/gone.elf\""));
    assert_true(mock_said(mock, "[boot-kernel-line]"));
    mock_end(mock);
    mock = mock_begin();
    mock_add_text(mock, "/loader.conf", "");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_false(mock_said(mock, "[boot-kernel-line]"));
    mock_end(mock);
}

// A step after linking fails: its memory is free for the next attempt.
TEST(test_memory_that_one_configuration_needs)
{
    struct mock *mock = begin("huge_load=\"YES\"\nhuge_phase=\"BOOT1\"\n" GOOD);
    mock_add_fixture(mock, "/modules/huge.ko", "huge.ko");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                    "no 1.8 GiB of contiguous memory for phase-1 modules");
    mock_end(mock);
}

TEST(test_next_boot_says_it_once_and_writes_nothing)
{
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    assert_false(mock_said(mock, "a boot of /loader.conf has failed"));
    for (int i = 0; i < 2; i++) {
        mock_reboot(mock);
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
        assert_int_equal(mock_count(mock, "a boot of /loader.conf has failed, in the loader: "
                                          "/kernel/gone.elf: error: the file does not exist"),
                         1);
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
    }
    mock_end(mock);
}

// After the file is repaired, it boots, and the record is deleted.
TEST(test_repaired_file)
{
    struct mock *mock = begin("kernel=\"/kernel/new.elf\"\n");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    mock_reboot(mock);
    mock_add_fixture(mock, "/kernel/new.elf", "kernel.elf");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "a boot of /loader.conf has failed"));
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    mock_reboot(mock);
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(mock_said(mock, "a boot of /loader.conf has failed"));
    mock_end(mock);
}

TEST(test_repaired_configuration)
{
    struct mock *mock = begin("no equals sign\n");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[conf-no-equals]");
    mock_reboot(mock);
    mock_add_text(mock, "/loader.conf", GOOD "# better\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    state_expect_none(mock, BTL_VARIABLE_FAILED);
    mock_end(mock);
}

TEST(test_last_good_one_under_whatever_name)
{
    static const char *const paths[] = {"/loader.conf.prev", "/loader.conf.d/b.conf",
                                        "/some/where"};
    static const char good[] = GOOD "# the good one\n";
    for (size_t i = 0; i < BTL_COUNT(paths); i++) {
        struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
        mock_add_text(mock, "/loader.conf.d/a.conf", GOOD "# another\n");
        mock_add_text(mock, paths[i], good);
        // Its name of then counts where the list of names does not lead to it.
        state_put(mock, BTL_VARIABLE_GOOD, good, i == 2 ? paths[i] : "/loader.conf", 0, "");
        struct btlm_boot boot = state_fall_back(mock, paths[i], "/loader.conf", "[file-not-found]");
        assert_true(boot.flags & BTLM_BOOT_GOOD);
        assert_false(boot.flags & BTLM_BOOT_FALLBACK); // it is the last resort
        mock_end(mock);
    }
}

TEST(test_last_good_one_comes_before_the_previous_one)
{
    static const char good[] = GOOD "# the good one\n";
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.d/good.conf", good);
    state_put(mock, BTL_VARIABLE_GOOD, good, "/loader.conf.d/good.conf", 0, "");
    state_fall_back(mock, "/loader.conf.d/good.conf", "/loader.conf", "[file-not-found]");
    mock_end(mock);
}

// A directory without end has the configurations that are first by name.
TEST(test_so_many_configurations)
{
    static char names[100][16];
    static struct mock_ghost ghosts[103];
    static const char good[] = GOOD "# the good one\n";
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        snprintf(names[i], sizeof(names[i]), "n%02zu.conf", 99 - i);
        ghosts[i] = (struct mock_ghost){.directory = "/loader.conf.d", .name = names[i]};
    }
    ghosts[100] = (struct mock_ghost){.directory = "/loader.conf.d", .name = ".conf"};
    ghosts[101] =
        (struct mock_ghost){.directory = "/loader.conf.d", .name = "a.conf.bak", .times = 10000};
    static const char *const paths[] = {"/loader.conf.d/a.CONF", "/loader.conf.d/n615.conf",
                                        "/loader.conf.d/z.conf"};
    for (size_t i = 0; i < BTL_COUNT(paths); i++) {
        struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
        mock_add_text(mock, paths[i], good);
        mock->ghosts = ghosts;
        state_put(mock, BTL_VARIABLE_GOOD, good, "/loader.conf", 0, "");
        // The two in the root, and 62 others: up to n61.conf, or n60.conf behind a.CONF.
        state_fall_back(mock, i == 0 ? paths[i] : "/loader.conf.prev", "/loader.conf",
                        "[file-not-found]");
        mock_end(mock);
    }
}

TEST(test_good_one_that_was_edited_is_none)
{
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.d/good.conf", GOOD "# and changed since\n");
    state_put(mock, BTL_VARIABLE_GOOD, "what it was", "/loader.conf.d/good.conf", 0, "");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    mock_end(mock);
}

// It booted once: that it does not any more is for a human.
TEST(test_last_good_one_has_no_fallback)
{
    static const char conf[] = "kernel=\"/kernel/gone.elf\"\n";
    struct mock *mock = begin(conf);
    state_put(mock, BTL_VARIABLE_GOOD, conf, "/loader.conf", 0, "");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "cannot boot (errors: 1). Press a key for the menu, or the machine "
                                "returns to the firmware in 60 s"));
    assert_int_equal(mock->key_ms, 60000);
    state_expect(mock, BTL_VARIABLE_FAILED, conf, "/loader.conf", BTL_FAILED_IN_LOADER,
                 "/kernel/gone.elf");
    mock_end(mock);
}

TEST(test_one_after_the_other)
{
    static const char good[] = "kernel=\"/kernel/gone.elf\"\n# the good one\n";
    struct mock *mock = begin("bad line\n");
    mock_add_text(mock, "/loader.conf.d/good.conf", good);
    state_put(mock, BTL_VARIABLE_GOOD, good, "/loader.conf.d/good.conf", 0, "");
    // The good one has no fallback, so that the previous one is not tried.
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_int_equal(mock_count(mock, "[boot-fallback]"), 1);
    mock_end(mock);

    mock = begin("bad line\n");
    mock_add_text(mock, "/one.conf", "another bad line\n");
    mock_options(mock, "-c /one.conf");
    state_fall_back(mock, "/loader.conf.prev", "/one.conf", "/one.conf:1:");
    assert_int_equal(mock_count(mock, "[boot-fallback]"), 2);
    mock_end(mock);
}

TEST(test_all_of_them_bad)
{
    struct mock *mock = begin("kernel=\"/kernel/a\"\n");
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/kernel/b\"\n");
    mock_add_text(mock, "/one.conf", "kernel=\"/kernel/c\"\n");
    mock_options(mock, "-c /one.conf");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_int_equal(mock_count(mock, "[file-not-found]"), 5); // two more as reasons
    assert_int_equal(mock_count(mock, "cannot boot"), 1);
    mock_end(mock);
}

// That would be the same once more.
TEST(test_the_same_text_is_not_tried_again)
{
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/kernel/gone.elf\"\n");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_false(mock_said(mock, "[boot-fallback]"));
    mock_end(mock);
}

TEST(test_configuration_of_the_options)
{
    struct mock *mock = begin(GOOD "# the usual one\n");
    mock_add_text(mock, "/one.conf", "bad line\n");
    mock_options(mock, "-c /one.conf");
    state_fall_back(mock, "/loader.conf", "/one.conf", "/one.conf:1:");
    mock_end(mock);
    mock = begin(GOOD "# the usual one\n");
    mock_add_text(mock, "/one.conf", GOOD "# that one\n");
    mock_options(mock, "/one.conf");
    struct btlm_boot boot = state_boot(mock, "/one.conf", BTLM_HOW_OPTION);
    assert_true(boot.flags & BTLM_BOOT_FALLBACK);
    mock_end(mock);
}

TEST(test_dry_run_is_about_one_configuration)
{
    static const char *const confs[] = {"bad line\n", "kernel=\"/kernel/gone.elf\"\n",
                                        "gone_load=\"YES\"\ngone_required=\"YES\"\n"};
    for (size_t i = 0; i < BTL_COUNT(confs); i++) {
        struct mock *mock = begin(confs[i]);
        mock_options(mock, "-n");
        mock_expect_return(mock, FW_LOAD_ERROR);
        assert_true(mock_said(mock, "a boot would go on with /loader.conf.prev"));
        assert_true(mock_said(mock, "dry run: this would not boot"));
        assert_false(mock_said(mock, "Modules:"));
        assert_int_equal(mock->calls[MOCK_VARIABLE_SET], 0);
        mock_end(mock);
    }
}

TEST(test_reset_instead_of_a_return)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf",
                  "gone_load=\"YES\"\ngone_required=\"YES\"\nrequired_failure=\"reset\"\n");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "Press a key for the menu, or the machine resets in 60 s"));
    assert_true(mock->reset && mock->reset_how == FW_RESET_COLD);
    mock_end(mock);
}

// The way back does not hang on the record.
TEST(test_variables_that_cannot_be_written)
{
    for (size_t i = 0; i < STATE_UNWRITABLE; i++) {
        struct mock *mock = begin("bad line\n");
        mock->variable_status = state_unwritable[i].status;
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "/loader.conf:1:");
        assert_int_equal(mock_count(mock, state_unwritable[i].code), 1);
        mock_end(mock);
    }
}

TEST(test_long_diagnostics_keep_their_end)
{
    char conf[4096] = "kernel=\"/kernel/gone.elf\"\n";
    struct btl_record record;
    for (int i = 0; i < 60; i++)
        snprintf(conf + strlen(conf), sizeof(conf) - strlen(conf), "bad line %d\n", i);
    struct mock *mock = begin(conf);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "/loader.conf:2:");
    assert_true(state_get(mock, BTL_VARIABLE_FAILED, &record));
    assert_true(record.text.len <= BTL_RECORD_TEXT_MAX && record.text.len > 900);
    assert_memory_equal(record.text.at, "/loader.conf:", 13); // a whole line
    // The cause comes last.
    const char *last = memrchr(record.text.at, '\n', record.text.len - 1);
    assert_memory_equal(last, "\n/loader.conf:2:", 16);
    mock_end(mock);
}

TEST(test_diagnostics_of_the_first_attempt_are_in_the_log)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "gone.elf");
    mock_manifest(mock, &manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    assert_non_null(memmem(log.at, log.len, "] error /kernel/gone.elf: error:", 32));
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), 1); // of this configuration
    for (uint64_t i = 0, kernels = 0; i < btl_manifest_count(&manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(&manifest, BTLM_EVENTS, i);
        kernels += event->kind == BTLM_EVENT_KERNEL_READ;
        assert_true(kernels <= 1);
    }
    mock_end(mock);
}

// Whatever fails, once: with a configuration to fall back to there is a kernel at the end, or a
// reason on the screen.
TEST(test_each_call_fails_in_turn)
{
    static const enum mock_service services[] = {MOCK_OPEN,         MOCK_INFO,        MOCK_READ,
                                                 MOCK_LIST,         MOCK_MEMORY_MAP,  MOCK_EXIT,
                                                 MOCK_VARIABLE_GET, MOCK_VARIABLE_SET};
    for (size_t i = 0; i < BTL_COUNT(services); i++) {
        bool failed = true;
        for (uint32_t at = 1; failed; at++) {
            struct mock *mock = begin("gone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
            mock->fail_service = services[i];
            mock->fail_at = at;
            mock->fail_status = FW_DEVICE_ERROR;
            bool booted = run(&mock->firmware) == FW_SUCCESS;
            assert_true(booted == mock->handed_off);
            assert_true(booted || mock_said(mock, "cannot boot"));
            failed = mock->calls[services[i]] >= at;
            mock_end(mock);
        }
    }
}

TEST(test_volume_that_vanishes)
{
    uint32_t boots = 0, stops = 0;
    bool vanished = true;
    for (uint32_t at = 1; vanished; at++) {
        struct mock *mock = begin("kernel=\"/kernel/gone.elf\"\n");
        mock->vanish_at = at;
        bool booted = run(&mock->firmware) == FW_SUCCESS;
        boots += booted;
        stops += mock_said(mock, "cannot boot");
        assert_int_equal(booted, !mock_said(mock, "cannot boot"));
        vanished = mock->volume_calls >= at;
        mock_end(mock);
    }
    assert_true(boots > 5 && stops > 5); // modules may be missing, a kernel not
}

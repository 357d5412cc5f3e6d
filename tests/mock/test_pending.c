// SPDX-License-Identifier: BSD-2-Clause
// Changes from the running system: applied, refused, waiting; and a power cut or a failure at each
// write.
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#define LINES   "base_load=\"YES\"\nlate.depth=\"4\"\n"
#define CHANGED GOOD "late.depth=\"4\"\nbase_load=\"YES\"\nboot_tries=\"3\"\n"

static struct mock *begin(const char *lines)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", GOOD);
    state_put(mock, BTL_VARIABLE_PENDING, GOOD, "/loader.conf", 3, lines);
    return mock;
}

static void expect_text(struct mock *mock, const char *path, const char *text)
{
    const struct mock_file *file = mock_file(mock, path);
    if (file->size != strlen(text) || memcmp(file->bytes, text, file->size) != 0)
        fail_msg("%s: %.*s", path, (int)file->size, (const char *)file->bytes);
}

static void expect_no_rest(struct mock *mock)
{
    static const char *const names[] = {"/loader.conf.new", "/loader.conf.prev.new",
                                        "/loader.conf.again"};
    for (size_t i = 0; i < BTL_COUNT(names); i++)
        if (mock_has_file(mock, names[i]))
            fail_msg("%s is left", names[i]);
}

// On trial, with the text before as the fallback, and no change left.
static void expect_applied(struct mock *mock, uint32_t flags)
{
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags, flags);
    expect_text(mock, "/loader.conf", CHANGED);
    expect_text(mock, "/loader.conf.prev", GOOD);
    expect_no_rest(mock);
    state_expect_none(mock, BTL_VARIABLE_PENDING);
}

#define ON_TRIAL (BTLM_BOOT_TRIAL | BTLM_BOOT_FALLBACK)

TEST(a_change_is_applied_once_and_on_trial)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(LINES);
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    state_expect(mock, BTL_VARIABLE_TRIAL, CHANGED, "/loader.conf", 2, "");
    mock_manifest(mock, &manifest);
    assert_true(mock_module(&manifest, "base")->flags & BTLM_CONFIGURED);
    assert_int_equal(mock_module(&manifest, "late")->tunable_count, 1);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), 0);
    assert_true(mock_said(mock, "changes from the running system are in /loader.conf: "
                                "base_load=\"YES\", late.depth=\"4\""));
    mock_reboot(mock);
    expect_applied(mock, ON_TRIAL);
    state_expect(mock, BTL_VARIABLE_TRIAL, CHANGED, "/loader.conf", 1, "");
    mock_end(mock);
}

TEST(a_change_that_does_not_boot_rolls_back)
{
    struct mock *mock = begin(LINES);
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    state_put(mock, BTL_VARIABLE_FAILED, CHANGED, "/loader.conf", BTL_FAILED_IN_KERNEL, "oh\n");
    mock_reboot(mock);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[boot-trial-failed]");
    mock_end(mock);
}

// What the loader finds only when it links: no rule of the plan.
TEST(a_change_that_the_loader_cannot_boot_rolls_back_at_once)
{
    struct mock *mock = begin("huge_load=\"YES\"\nhuge_phase=\"BOOT1\"\n");
    mock_add_fixture(mock, "/modules/huge.ko", "huge.ko");
    struct btlm_boot boot = state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                                            "no 1.8 GiB of contiguous memory");
    assert_true(boot.flags & BTLM_BOOT_APPLIED);
    expect_text(mock, "/loader.conf.prev", GOOD);
    state_expect_none(mock, BTL_VARIABLE_PENDING);
    mock_end(mock);
}

static void expect_code(struct mock *mock, const char *code)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_DIAGNOSTICS); i++) {
        const struct btlm_diagnostic *diag = btl_manifest_entry(&manifest, BTLM_DIAGNOSTICS, i);
        if (btl_str_equal(btl_manifest_str(&manifest, diag->code), btl_str_of(code)))
            return;
    }
    fail_msg("the manifest has no %s", code);
}

// The old text boots, and the lines are in the log and the manifest.
static void expect_kept(struct mock *mock, const char *code, const char *why, bool waits)
{
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_false(boot.flags & BTLM_BOOT_APPLIED);
    expect_code(mock, code);
    assert_int_equal(mock_count(mock, code), 1);
    if (!mock_said(mock, why))
        fail_msg("not said: %s", why);
    assert_int_equal(mock_variable(mock, "BtlPending") != NULL, waits);
}

TEST(lines_that_the_plan_refuses)
{
    static const struct {
        const char *lines, *why;
    } rows[] = {
        {"late_phase=\"BOOT1\"\n", "late_phase=\"BOOT1\""},
        {"late.depth=\"65\"\n", "(late.depth=\"65\")"},
        {"late.depth=\"deep\"\n", "(late.depth=\"deep\")"},
        {"late.gone=\"1\"\n", "(late.gone=\"1\")"},
        {"ghost_load=\"YES\"\n", "(ghost_load=\"YES\")"},
        {"broken_load=\"YES\"\nbroken_phase=\"BOOT1\"\n", "(broken_load=\"YES\""},
    };
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct mock *mock = begin(rows[i].lines);
        mock_add_text(mock, "/modules/broken.ko", "no module");
        mock_add_text(mock, "/loader.conf.prev", GOOD "# older\n");
        expect_kept(mock, "boot-pending-refused", rows[i].why, false);
        expect_text(mock, "/loader.conf", GOOD);
        expect_text(mock, "/loader.conf.prev", GOOD "# older\n");
        assert_int_equal(mock->calls[MOCK_CREATE], 0);
        mock_end(mock);
    }
}

TEST(a_change_of_another_text_is_refused)
{
    struct mock *mock = begin(LINES);
    mock_add_text(mock, "/loader.conf", GOOD "# by hand\n");
    expect_kept(mock, "boot-pending-refused", "the file was changed since they were made", false);
    expect_text(mock, "/loader.conf", GOOD "# by hand\n");
    mock_end(mock);
}

// The power failed before the variable was deleted, or the same was done by hand.
TEST(lines_that_the_file_has_are_done)
{
    struct mock *mock = begin(LINES);
    mock_add_text(mock, "/loader.conf", CHANGED);
    mock_add_text(mock, "/loader.conf.prev", GOOD);
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    assert_int_equal(mock->calls[MOCK_CREATE], 0);
    mock_end(mock);
}

TEST(boots_in_which_a_change_waits)
{
    struct mock *mock = begin(LINES);
    mock_options(mock, "-s");
    expect_kept(mock, "boot-pending-waits", "this is a safe boot", true);
    mock_options(mock, "-n");
    mock_reboot(mock);
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "a dry run writes nothing"));
    mock_options(mock, "-c /other.conf");
    mock_add_text(mock, "/other.conf", GOOD);
    mock_reboot(mock);
    state_boot(mock, "/other.conf", BTLM_HOW_OPTION);
    expect_code(mock, "boot-pending-waits");
    assert_true(mock_said(mock, "another configuration is booted"));
    mock_options(mock, "");
    mock_reboot(mock);
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    mock_end(mock);
}

TEST(a_fallback_is_not_changed)
{
    struct mock *mock = begin(LINES);
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.prev", GOOD);
    state_put(mock, BTL_VARIABLE_PENDING, GOOD, "/loader.conf.prev", 3, LINES);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[file-not-found]");
    expect_code(mock, "boot-pending-waits");
    expect_text(mock, "/loader.conf.prev", GOOD);
    mock_end(mock);
}

TEST(a_damaged_record_is_deleted)
{
    struct mock *mock = begin(LINES);
    mock_variable(mock, "BtlPending")->bytes[70] ^= 1;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_true(mock_said(mock, "[boot-state-damaged]"));
    state_expect_none(mock, BTL_VARIABLE_PENDING);
    expect_text(mock, "/loader.conf", GOOD);
    mock_end(mock);
}

// The text that was on trial and never good does not become .prev.
TEST(the_last_good_text_stays_the_previous_one)
{
    struct mock *mock = trial_begin(true);
    state_put(mock, BTL_VARIABLE_PENDING, TRIAL, "/loader.conf", 3, "base_load=\"NO\"\n");
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    expect_text(mock, "/loader.conf", "boot_tries=\"3\"\nbase_load=\"NO\"\nbase_phase=\"BOOT1\"\n");
    expect_text(mock, "/loader.conf.prev", GOOD);
    state_expect_none(mock, BTL_VARIABLE_PENDING);
    mock_end(mock);
}

TEST(a_volume_that_cannot_be_written)
{
    struct mock *mock = begin(LINES);
    mock->write_status = FW_WRITE_PROTECTED;
    for (int i = 0; i < 2; i++) {
        expect_kept(mock, "boot-pending-unwritten",
                    "/loader.conf.new cannot be created: Write Protected", true);
        expect_text(mock, "/loader.conf", GOOD);
        mock_reboot(mock);
    }
    mock->write_status = FW_SUCCESS;
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    mock_end(mock);
}

// Another boot applies what this one could not write.
TEST(a_write_that_fails)
{
    static const enum mock_service services[] = {MOCK_CREATE, MOCK_WRITE, MOCK_FLUSH, MOCK_RENAME,
                                                 MOCK_REMOVE};
    for (size_t s = 0; s < BTL_COUNT(services); s++) {
        bool failed = true;
        for (uint32_t at = 1; failed; at++) {
            struct mock *mock = begin(LINES);
            mock_add_text(mock, "/loader.conf.prev", GOOD "# older\n");
            mock->fail_service = services[s];
            mock->fail_at = at;
            mock->fail_status = FW_DEVICE_ERROR;
            mock->reads_again = true; // .prev may have been removed
            state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
            failed = mock->calls[services[s]] >= at;
            mock_reboot(mock);
            mock_expect_boot(mock, "");
            mock_reboot(mock);
            expect_applied(mock, ON_TRIAL);
            mock_end(mock);
        }
    }
}

TEST(a_volume_that_is_full)
{
    struct mock *mock = begin(LINES);
    mock->write_limit = 10;
    expect_kept(mock, "boot-pending-unwritten", "the volume may be full", true);
    expect_text(mock, "/loader.conf", GOOD);
    expect_no_rest(mock);
    mock_end(mock);
}

// Das U-Boot.
TEST(firmware_that_cannot_rename)
{
    struct mock *mock = begin(LINES);
    mock->rename_status = FW_UNSUPPORTED;
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    mock_end(mock);
}

TEST(a_variable_that_cannot_be_deleted)
{
    for (size_t i = 0; i <= STATE_UNWRITABLE; i++) {
        struct mock *mock = begin(LINES);
        if (i == STATE_UNWRITABLE)
            mock->deletes_nothing = true;
        else
            mock->variable_status = state_unwritable[i].status;
        mock_expect_boot(mock, "");
        expect_code(mock, "boot-pending-stuck");
        expect_text(mock, "/loader.conf", CHANGED);
        mock->deletes_nothing = false;
        mock->variable_status = FW_SUCCESS;
        mock_reboot(mock);
        mock_expect_boot(mock, "");
        expect_text(mock, "/loader.conf", CHANGED);
        expect_text(mock, "/loader.conf.prev", GOOD);
        state_expect_none(mock, BTL_VARIABLE_PENDING);
        mock_end(mock);
    }
}

// At each change of a file or a variable, and again in the next boot: the one after them runs
// the changed text, which was applied once.
TEST(a_power_cut_at_each_change)
{
    uint32_t cuts = 0;
    for (uint32_t first = 1, second = 1;; second++) {
        struct mock *mock = begin(LINES);
        mock_add_text(mock, "/loader.conf.prev", GOOD "# older\n");
        bool cut_first = !mock_run_until(mock, first);
        if (!cut_first)
            mock_reboot(mock);
        bool cut_second = !mock_run_until(mock, second);
        if (!cut_second)
            mock_reboot(mock);
        mock_expect_boot(mock, "");
        assert_false(mock_said(mock, "[boot-fallback]"));
        expect_text(mock, "/loader.conf", CHANGED);
        expect_text(mock, "/loader.conf.prev", GOOD);
        expect_no_rest(mock);
        state_expect_none(mock, BTL_VARIABLE_PENDING);
        mock_end(mock);
        cuts += cut_second;
        if (!cut_first && !cut_second)
            break;
        first += !cut_second;
        second = cut_second ? second : 0;
    }
    assert_true(cuts > 100);
}

// A person at the menu is asked once, and what was changed there waits.
TEST(the_menu_is_shown_once)
{
    struct mock *mock = begin(LINES);
    mock_options(mock, "-i");
    mock->keys = "b";
    expect_applied(mock, ON_TRIAL | BTLM_BOOT_APPLIED);
    mock_end(mock);
    mock = begin(LINES);
    mock_options(mock, "-i");
    mock->keys = "sb";
    struct btlm_boot boot = state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    assert_int_equal(boot.flags & (BTLM_BOOT_SAFE | BTLM_BOOT_APPLIED), BTLM_BOOT_SAFE);
    expect_code(mock, "boot-pending-waits");
    assert_non_null(mock_variable(mock, "BtlPending"));
    mock_end(mock);
}

// SPDX-License-Identifier: BSD-2-Clause
// NAME_on_error in the loader: each level, each way in which a module can fail here, with and
// without a configuration to fall back to (docs/phases.md has the table).
#include "state.h"

#include <stdio.h>
#include <string.h>

static const char *const levels[] = {"ignore", "warn", "fallback", "halt", "required"};

// Defects that the loader sees: at reading, at planning, at linking.
static const struct defect {
    const char *name, *module, *fixture, *lines, *code;
} defects[] = {
    {"missing", "gone", NULL, "", "file-not-found"},
    {"corrupt", "rotten", "", "", "elf-not-elf"},
    {"unreadable", "late", "late.ko", "", "file-read-failed"},
    {"unplannable", "reader", "reader.ko", "reader_phase=\"BOOT1\"\n", "plan-phase-unsupported"},
    {"dependency missing", "user", "user.ko", "user_phase=\"BOOT1\"\n", "plan-dependency-failed"},
    {"switched off", "base", "base.ko", "", "plan-dependency-off"},
    {"tunable out of range", "late", "late.ko", "late_phase=\"BOOT2\"\nlate.depth=\"65\"\n",
     "run-tunable-range"},
    {"unlinkable", "broken", "broken.ko", "broken_phase=\"BOOT1\"\n", "link-unresolved"},
};

enum end { GOES_ON, GOES_ON_SILENTLY, FALLS_BACK, STOPS };

static const enum end expected[BTL_COUNT(levels)][2] = {
    //          without another configuration, with one
    [0] = {GOES_ON_SILENTLY, GOES_ON_SILENTLY},
    [1] = {GOES_ON, GOES_ON},
    [2] = {GOES_ON, FALLS_BACK},
    [3] = {STOPS, STOPS},
    [4] = {STOPS, FALLS_BACK},
};

static void add_lines(char *conf, size_t size, const struct defect *defect, const char *level)
{
    const char *name = defect->module;
    bool off = strcmp(defect->name, "switched off") == 0;
    bool required = strcmp(level, "required") == 0;
    snprintf(conf, size, "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n%s_load=\"%s\"\n%s%s_%s=\"%s\"\n",
             name, off ? "NO" : "YES", defect->lines, name, required ? "required" : "on_error",
             required ? "YES" : level);
}

static struct mock *begin(char *conf, size_t size, const struct defect *defect, const char *level,
                          bool with)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    add_lines(conf, size, defect, level);
    char path[64];
    snprintf(path, sizeof(path), "/modules/%s.ko", defect->module);
    if (defect->fixture != NULL && defect->fixture[0] == '\0')
        mock_add_text(mock, "/modules/rotten.ko", "no ELF file");
    if (strcmp(defect->name, "unreadable") == 0)
        mock_file(mock, path)->read_status = FW_DEVICE_ERROR;
    if (strcmp(defect->name, "unplannable") == 0)
        mock_add_fixture(mock, "/modules/reader.ko", defect->fixture);
    if (strcmp(defect->name, "unlinkable") == 0)
        mock_add_fixture(mock, "/modules/broken.ko", defect->fixture);
    if (strcmp(defect->name, "dependency missing") == 0)
        mock_file(mock, "/modules/base.ko")->path = "/modules/elsewhere.ko";
    if (strcmp(defect->name, "switched off") == 0)
        strcat(conf, "user_load=\"YES\"\nuser_phase=\"BOOT1\"\n"); // which needs it
    mock_add_text(mock, "/loader.conf", conf);
    if (with)
        mock_add_text(mock, "/loader.conf.prev", "lazy_load=\"YES\"\n# the one before\n");
    return mock;
}

static bool said_of(const struct mock *mock, const struct defect *defect)
{
    char text[64];
    snprintf(text, sizeof(text), "error: %s: ", defect->module);
    return mock_said(mock, text);
}

static void expect_boot(struct mock *mock, const struct defect *defect, bool silent)
{
    struct btl_manifest manifest;
    state_boot(mock, "/loader.conf", BTLM_HOW_NORMAL);
    mock_manifest(mock, &manifest);
    const struct btlm_module *module = mock_module(&manifest, defect->module);
    bool off = strcmp(defect->name, "switched off") == 0;
    assert_int_equal(module->state, off ? BTLM_OFF : BTLM_FAILED);
    assert_int_equal(mock_module(&manifest, "lazy")->state, BTLM_STAGED);
    if (off)
        return;
    // The manifest and the log know it either way.
    assert_int_not_equal(module->reason, BTL_NONE);
    const struct btlm_diagnostic *reason =
        btl_manifest_entry(&manifest, BTLM_DIAGNOSTICS, module->reason);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    struct btl_str text = btl_manifest_str(&manifest, reason->text);
    assert_true(btl_str_equal(btl_manifest_str(&manifest, reason->code), btl_str_of(defect->code)));
    assert_non_null(memmem(log.at, log.len, text.at, text.len));
    assert_int_equal(said_of(mock, defect), !silent);
}

static void expect_end(struct mock *mock, const struct defect *defect, enum end end)
{
    switch (end) {
    case GOES_ON_SILENTLY:
    case GOES_ON:
        expect_boot(mock, defect, end == GOES_ON_SILENTLY);
        break;
    case FALLS_BACK:
        state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                        strcmp(defect->name, "switched off") == 0 ? "[boot-given-up]"
                                                                  : defect->code);
        assert_true(mock_said(mock, "[boot-given-up]"));
        break;
    case STOPS:
        assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
        assert_true(mock_said(mock, "[boot-required]") && mock_said(mock, "cannot boot"));
        assert_false(mock->handed_off);
        break;
    }
}

TEST(test_every_cell)
{
    char conf[512];
    for (size_t level = 0; level < BTL_COUNT(levels); level++) {
        for (size_t i = 0; i < BTL_COUNT(defects); i++) {
            for (int with = 0; with < 2; with++) {
                struct mock *mock =
                    begin(conf, sizeof(conf), &defects[i], levels[level], with != 0);
                print_message("%s, %s, %s fallback\n", levels[level], defects[i].name,
                              with ? "with" : "without");
                expect_end(mock, &defects[i], expected[level][with]);
                mock_end(mock);
            }
        }
    }
}

// Quiet is quiet, and the counts that people read do not have it.
TEST(test_ignored_failure_ends_no_quiet)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf",
                  "quiet=\"YES\"\ngone_load=\"YES\"\ngone_on_error=\"ignore\"\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->console_len, 0);
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), 1);
    mock_end(mock);
    mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "gone_load=\"YES\"\ngone_on_error=\"ignore\"\n");
    mock_expect_boot(mock, NULL);
    assert_true(mock_said(mock, "(errors: 0, warnings: 0)"));
    assert_false(mock_said(mock, "gone"));
    mock_end(mock);
}

static void expect_once_in_log(const struct mock *mock, const char *text)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    const char *found = memmem(log.at, log.len, text, strlen(text));
    assert_non_null(found);
    assert_null(memmem(found + 1, (size_t)(log.at + log.len - found - 1), text, strlen(text)));
}

// A dependent has its own level, and fails with its dependency.
TEST(test_dependent_of_an_ignored_one)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/modules/base.ko")->path = "/modules/elsewhere.ko";
    mock_add_text(mock, "/loader.conf",
                  "base_on_error=\"ignore\"\nuser_load=\"YES\"\n"
                  "gone_load=\"YES\"\ngone_on_error=\"ignore\"\n");
    mock_expect_boot(mock, "plan-dependency-failed");
    // Its message refers to the error of base, so that error is printed. A module with level ignore
    // on which nothing depends prints none.
    assert_int_equal(mock_count(mock, "base.ko: error: base: "), 1);
    assert_int_equal(mock_count(mock, "[file-not-found]"), 1);
    assert_false(mock_said(mock, "gone"));
    assert_true(mock_said(mock, "(errors: 2,"));
    expect_once_in_log(mock, "base.ko: error: base: ");
    mock_end(mock);
}

// As above, if the module's failure ends the boot: the root cause is printed and recorded.
TEST(test_root_cause_of_what_stops_the_boot)
{
    struct mock *mock = mock_begin();
    struct btl_record record;
    mock_add_ordinary(mock);
    mock_file(mock, "/modules/base.ko")->path = "/modules/elsewhere.ko";
    mock_add_text(mock, "/loader.conf",
                  "base_on_error=\"ignore\"\nuser_load=\"YES\"\nuser_required=\"YES\"\n");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_int_equal(mock_count(mock, "base.ko: error: base: "), 1);
    assert_true(mock_said(mock, "cannot boot (errors: 3)"));
    assert_true(state_get(mock, BTL_VARIABLE_FAILED, &record));
    assert_non_null(memmem(record.text.at, record.text.len, "base.ko: error: base: ", 22));
    assert_non_null(memmem(record.text.at, record.text.len, "[plan-dependency-failed]", 24));
    mock_end(mock);
}

// Both failures are ignored.
TEST(test_ignored_dependent_of_an_ignored_one)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/modules/base.ko")->path = "/modules/elsewhere.ko";
    mock_add_text(mock, "/loader.conf",
                  "base_on_error=\"ignore\"\nuser_load=\"YES\"\nuser_on_error=\"ignore\"\n");
    mock_expect_boot(mock, NULL);
    assert_true(mock_said(mock, "(errors: 0,"));
    mock_end(mock);
}

// It fails when linked, and its dependents too: printed with the step's other errors.
TEST(test_dependent_of_an_ignored_one_that_is_not_linked)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_fixture(mock, "/modules/broken.ko", "broken.ko");
    mock_add_fixture(mock, "/modules/onbroken.ko", "onbroken.ko");
    mock_add_text(mock, "/loader.conf",
                  "broken_on_error=\"ignore\"\nonbroken_load=\"YES\"\n"
                  "onbroken_phase=\"BOOT1\"\n");
    mock_expect_boot(mock, "plan-dependency-failed");
    assert_int_equal(mock_count(mock, "/broken.ko: error: broken: "), 3); // all of them, once each
    mock_end(mock);
}

// Errors of the configuration were shown before anything was ignored, and are not shown twice.
TEST(test_uncovered_errors_are_shown_once)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_file(mock, "/modules/base.ko")->path = "/modules/elsewhere.ko";
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"MAYBE\"\nbase_on_error=\"ignore\"\nuser_load=\"YES\"\n");
    mock_expect_boot(mock, "plan-dependency-failed");
    assert_int_equal(mock_count(mock, "/loader.conf:1:"), 1);
    assert_true(mock_said(mock, "(errors: 3,"));
    mock_end(mock);
}

// The strongest wins, whatever the order.
TEST(test_several_failures)
{
    static const char *const orders[] = {
        "a_load=\"YES\"\na_on_error=\"fallback\"\nb_load=\"YES\"\nb_on_error=\"halt\"\n",
        "b_load=\"YES\"\nb_on_error=\"halt\"\na_load=\"YES\"\na_on_error=\"fallback\"\n"};
    for (size_t i = 0; i < BTL_COUNT(orders); i++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock_add_text(mock, "/loader.conf", orders[i]);
        mock_add_text(mock, "/loader.conf.prev", "");
        assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
        assert_true(mock_said(mock, "b_on_error=\"halt\""));
        mock_end(mock);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include "load_fixture.h"

static struct load_fixture fixture;
static struct btl_start start;
static int prepared, called;
static bool prepare_fails;

static int begin(void **state)
{
    load_begin(&fixture);
    assert_true(btl_module_adopt(&fixture.manifest, LOAD_FIRST, &fixture.image, &fixture.diags));
    start = (struct btl_start){.manifest = &fixture.manifest,
                               .index = LOAD_FIRST,
                               .image = &fixture.image,
                               .phase = BTL_PHASE_BOOT1,
                               .arena = &fixture.memory.arena};
    prepared = called = 0;
    prepare_fails = false;
    return 0;
}

static int end(void **state)
{
    load_end(&fixture);
    return 0;
}

EACH_TEST(begin, end)

static void assert_result(enum btl_start_result result, const char *codes)
{
    assert_int_equal(btl_module_start(&start, &fixture.diags), result);
    assert_codes(&fixture.memory, &fixture.diags, codes);
}

static bool prepare(const struct btl_start *of, struct btl_diags *diags)
{
    prepared++;
    assert_int_equal(load_values(&fixture)->depth, 8); // of the file
    return !prepare_fails;
}

static int call(const struct btl_start *of, const struct btl_load_args *args)
{
    called++;
    assert_ptr_equal(of->caller, &start);
    assert_string_equal(args->name, "first");
    assert_string_equal(args->flags, "verbose=1");
    assert_int_equal(args->phase, BTL_PHASE_BOOT2);
    return of->image->wrapper->load(args);
}

TEST(a_module_is_started)
{
    load_sets(&fixture, "depth", "0x20");
    load_sets(&fixture, "loud", "YES");
    assert_result(BTL_STARTED, "");
    assert_int_equal(load_values(&fixture)->depth, 32);
    assert_true(load_values(&fixture)->loud);
}

TEST(the_steps_of_the_kernel)
{
    load_sets(&fixture, "depth", "3");
    start.prepare = prepare;
    start.call = call;
    start.caller = &start;
    start.phase = BTL_PHASE_BOOT2;
    assert_result(BTL_STARTED, "");
    assert_int_equal(prepared, 1);
    assert_int_equal(called, 1);
    assert_int_equal(load_values(&fixture)->depth, 3);

    prepare_fails = true;
    load_values(&fixture)->depth = 8;
    assert_result(BTL_START_FAILED, "");
    assert_int_equal(called, 1);
    assert_int_equal(load_values(&fixture)->depth, 8);
}

TEST(a_wrapper_outside_of_the_image)
{
    fixture.image.wrapper = (const struct btl_wrapper *)(uintptr_t)&fixture.image;
    start.prepare = prepare;
    assert_result(BTL_START_FAILED, "run-no-wrapper");
    assert_int_equal(prepared, 0);
}

TEST(every_tunable_is_judged_before_the_call)
{
    start.call = call;
    load_sets(&fixture, "depth", "65");
    load_sets(&fixture, "loud", "maybe");
    assert_result(BTL_START_FAILED, "run-tunable-range run-tunable-bool");
    assert_int_equal(called, 0);
    assert_string_equal(
        test_diag_text(&fixture.memory, fixture.diags.first),
        "/loader.conf:1:12: error: first: depth must be a whole number from 1 to 64, not 65 "
        "[run-tunable-range]");
}

TEST(a_name_that_is_no_tunable_is_a_warning)
{
    load_sets(&fixture, "dept", "1");
    assert_result(BTL_STARTED, "run-tunable-unknown");
    assert_int_equal(fixture.diags.errors, 0);
}

TEST(a_load_function_that_fails)
{
    load_returns(&fixture, BTL_ENOMEM);
    assert_result(BTL_START_FAILED, "run-load-function");
    assert_non_null(
        strstr(test_diag_text(&fixture.memory, fixture.diags.first), "-12 (out of memory)"));
}

TEST(a_missing_device)
{
    load_returns(&fixture, BTL_ENODEV);
    assert_result(BTL_START_NO_DEVICE, "run-no-device");
    fixture.module[LOAD_FIRST].flags = BTL_ON_ERROR_HALT << BTLM_ON_ERROR_SHIFT;
    assert_result(BTL_START_FAILED, "run-no-device run-load-function");
}

TEST(no_memory_for_the_arguments)
{
    struct btl_arena empty = {0};

    start.arena = &empty;
    start.call = call;
    assert_result(BTL_START_FAILED, "no-memory");
    assert_int_equal(called, 0);
}

TEST(dependencies_that_are_not_loaded_are_named)
{
    bool loaded[LOAD_MODULES] = {false};

    assert_true(
        btl_module_dependencies_loaded(&fixture.manifest, LOAD_FIRST, loaded, &fixture.diags));
    assert_false(
        btl_module_dependencies_loaded(&fixture.manifest, LOAD_SECOND, loaded, &fixture.diags));
    assert_codes(&fixture.memory, &fixture.diags, "run-dependency");
    assert_non_null(strstr(test_diag_text(&fixture.memory, fixture.diags.first),
                           "second: it needs first, which is not loaded (failed)"));
    loaded[LOAD_FIRST] = true;
    assert_true(
        btl_module_dependencies_loaded(&fixture.manifest, LOAD_SECOND, loaded, &fixture.diags));
}

// The facts of a module that the manifest does not have come from the kernel.
TEST(a_module_with_facts_of_the_kernel)
{
    const struct btl_module_setting settings[] = {{BTL_STR("depth"), BTL_STR("16"), 3, 9},
                                                  {BTL_STR("deep"), BTL_STR("1"), 4, 8}};
    const struct btl_module_facts facts = {.id = 7,
                                           .name = BTL_STR("later"),
                                           .settings = settings,
                                           .setting_count = BTL_COUNT(settings)};

    start.facts = &facts;
    assert_result(BTL_STARTED, "run-tunable-unknown");
    assert_int_equal(load_values(&fixture)->depth, 16);
    assert_non_null(strstr(test_diag_text(&fixture.memory, fixture.diags.first),
                           "loader.conf:4:8: warning: later"));
}

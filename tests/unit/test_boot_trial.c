// SPDX-License-Identifier: BSD-2-Clause
// What the records say about a configuration, case by case; test_boot_trial_model.c is about what
// comes of that.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <btl/boot_state.h>

#define X 1 // the configuration in question, by the first byte of its hash
#define G 2 // another one

static struct btl_record record_of(uint8_t configuration, uint32_t number)
{
    return (struct btl_record){.there = true,
                               .sha256 = {configuration, 0xaa},
                               .number = number,
                               .path = BTL_STR("/loader.conf")};
}

static enum btl_trial trial_of(const struct btl_boot_state *state, uint8_t configuration,
                               uint32_t tries, uint32_t *ret_left)
{
    const uint8_t sha256[32] = {configuration, 0xaa};
    *ret_left = 4711;
    return btl_boot_trial(state, sha256, tries, ret_left);
}

#define NOT_WRITTEN 4711
static void assert_trial(const struct btl_boot_state *state, uint32_t tries,
                         enum btl_trial expected, uint32_t expected_left)
{
    uint32_t left;
    assert_int_equal(trial_of(state, X, tries, &left), expected);
    assert_int_equal(left, expected_left);
}

static void test_nothing_is_known(void **state)
{
    struct btl_boot_state empty = {0};
    assert_trial(&empty, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    assert_trial(&empty, 1, BTL_TRIAL_COUNTED, 0);
    assert_trial(&empty, 99, BTL_TRIAL_COUNTED, 98);
}

static void test_tries_are_counted_down(void **state)
{
    struct btl_boot_state trial = {.record[BTL_VARIABLE_TRIAL] = record_of(X, 2)};
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 1);
    trial.record[BTL_VARIABLE_TRIAL].number = 1;
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 0);
    trial.record[BTL_VARIABLE_TRIAL].number = 0;
    assert_trial(&trial, 3, BTL_TRIAL_USED_UP, NOT_WRITTEN);
    assert_trial(&trial, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
}

// The text is the same, so its boot_tries is: the record is not BTL's.
static void test_more_tries_left_than_there_are_is_not_believed(void **state)
{
    struct btl_boot_state trial = {.record[BTL_VARIABLE_TRIAL] = record_of(X, UINT32_MAX)};
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
    trial.record[BTL_VARIABLE_TRIAL].number = 3;
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
}

static void test_trial_of_another_configuration_says_nothing(void **state)
{
    struct btl_boot_state trial = {.record[BTL_VARIABLE_TRIAL] = record_of(G, 0)};
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
    assert_trial(&trial, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
}

static void test_failure_in_the_kernel_is_a_verdict(void **state)
{
    struct btl_boot_state failed = {
        .record[BTL_VARIABLE_FAILED] = record_of(X, BTL_FAILED_IN_KERNEL),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 2),
    };
    assert_trial(&failed, 3, BTL_TRIAL_FAILED, NOT_WRITTEN);
    assert_trial(&failed, 0, BTL_TRIAL_FAILED, NOT_WRITTEN);
    failed.record[BTL_VARIABLE_FAILED] = record_of(G, BTL_FAILED_IN_KERNEL);
    assert_trial(&failed, 3, BTL_TRIAL_COUNTED, 1);
}

static void test_failure_in_the_loader_is_not(void **state)
{
    struct btl_boot_state failed = {
        .record[BTL_VARIABLE_FAILED] = record_of(X, BTL_FAILED_IN_LOADER),
    };
    assert_trial(&failed, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    assert_trial(&failed, 2, BTL_TRIAL_COUNTED, 1);
}

static void test_last_good_one_is_good_whatever_else_is_said(void **state)
{
    struct btl_boot_state good = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 0),
        .record[BTL_VARIABLE_FAILED] = record_of(X, BTL_FAILED_IN_KERNEL),
    };
    assert_trial(&good, 3, BTL_TRIAL_GOOD, NOT_WRITTEN);
    assert_trial(&good, 0, BTL_TRIAL_GOOD, NOT_WRITTEN);
    good.record[BTL_VARIABLE_GOOD] = record_of(G, 0);
    assert_trial(&good, 3, BTL_TRIAL_FAILED, NOT_WRITTEN);
}

static void test_record_that_is_not_there_says_nothing(void **state)
{
    struct btl_boot_state gone = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 0),
        .record[BTL_VARIABLE_FAILED] = record_of(X, BTL_FAILED_IN_KERNEL),
    };
    for (unsigned i = 0; i < BTL_VARIABLES; i++)
        gone.record[i].there = false;
    assert_trial(&gone, 3, BTL_TRIAL_COUNTED, 2);
    assert_false(btl_boot_trial_is_over(&gone));
}

static void test_one_other_byte_of_the_hash_is_another_configuration(void **state)
{
    for (size_t i = 0; i < 32; i++) {
        struct btl_boot_state good = {.record[BTL_VARIABLE_GOOD] = record_of(X, 0)};
        good.record[BTL_VARIABLE_GOOD].sha256[i] ^= 0x80;
        assert_trial(&good, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    }
}

static void test_trial_of_the_last_good_configuration_is_over(void **state)
{
    struct btl_boot_state both = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 1),
    };
    assert_true(btl_boot_trial_is_over(&both));
    both.record[BTL_VARIABLE_TRIAL] = record_of(G, 1);
    assert_false(btl_boot_trial_is_over(&both));
    both.record[BTL_VARIABLE_TRIAL].there = false;
    assert_false(btl_boot_trial_is_over(&both));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_known),
        cmocka_unit_test(test_tries_are_counted_down),
        cmocka_unit_test(test_more_tries_left_than_there_are_is_not_believed),
        cmocka_unit_test(test_trial_of_another_configuration_says_nothing),
        cmocka_unit_test(test_failure_in_the_kernel_is_a_verdict),
        cmocka_unit_test(test_failure_in_the_loader_is_not),
        cmocka_unit_test(test_last_good_one_is_good_whatever_else_is_said),
        cmocka_unit_test(test_record_that_is_not_there_says_nothing),
        cmocka_unit_test(test_one_other_byte_of_the_hash_is_another_configuration),
        cmocka_unit_test(test_trial_of_the_last_good_configuration_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

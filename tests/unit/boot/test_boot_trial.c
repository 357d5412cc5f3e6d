// SPDX-License-Identifier: BSD-2-Clause
// What the records say about a configuration, case by case; test_boot_trial_model.c is about what
// comes of that.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "trial_rules.h"

static const struct btl_record none;

static void assert_trial(const struct btl_boot_state *state, uint32_t tries,
                         enum btl_trial expected, uint32_t expected_left)
{
    uint32_t left;
    assert_int_equal(trial_of(state, X, tries, &left), expected);
    assert_int_equal(left, expected_left);
}

TEST(test_nothing_is_known)
{
    struct btl_boot_state empty = {0};
    assert_trial(&empty, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    assert_trial(&empty, 1, BTL_TRIAL_COUNTED, 0);
    assert_trial(&empty, 99, BTL_TRIAL_COUNTED, 98);
}

TEST(test_tries_are_counted_down)
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
TEST(test_more_tries_left_than_there_are_is_not_believed)
{
    struct btl_boot_state trial = {.record[BTL_VARIABLE_TRIAL] = record_of(X, UINT32_MAX)};
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
    trial.record[BTL_VARIABLE_TRIAL].number = 3;
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
}

TEST(test_trial_of_another_configuration_says_nothing)
{
    struct btl_boot_state trial = {.record[BTL_VARIABLE_TRIAL] = record_of(G, 0)};
    assert_trial(&trial, 3, BTL_TRIAL_COUNTED, 2);
    assert_trial(&trial, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
}

TEST(test_failure_in_the_kernel_is_a_verdict)
{
    struct btl_boot_state failed = {
        .record[BTL_VARIABLE_FAILED] = failure_of(X, BTL_FAILED_IN_KERNEL, &none),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 2),
    };
    assert_trial(&failed, 3, BTL_TRIAL_FAILED, NOT_WRITTEN);
    assert_trial(&failed, 0, BTL_TRIAL_FAILED, NOT_WRITTEN);
    failed.record[BTL_VARIABLE_FAILED] = failure_of(G, BTL_FAILED_IN_KERNEL, &none);
    assert_trial(&failed, 3, BTL_TRIAL_COUNTED, 1);
}

// The last failure is separate: A, then B, then one in the loader.
TEST(test_verdicts_last_beyond_the_next_failure)
{
    struct btl_record first = failure_of(X, BTL_FAILED_IN_KERNEL, &none);
    struct btl_record second = failure_of(G, BTL_FAILED_IN_KERNEL, &first);
    struct btl_boot_state failed = {.record[BTL_VARIABLE_FAILED] =
                                        failure_of(3, BTL_FAILED_IN_LOADER, &second)};
    uint32_t left;
    assert_trial(&failed, 3, BTL_TRIAL_FAILED, NOT_WRITTEN);
    assert_int_equal(trial_of(&failed, G, 3, &left), BTL_TRIAL_FAILED);
    assert_int_equal(trial_of(&failed, 3, 3, &left), BTL_TRIAL_COUNTED);
    assert_int_equal(failed.record[BTL_VARIABLE_FAILED].given_up_count, 2);
    assert_int_equal(failed.record[BTL_VARIABLE_FAILED].given_up[0][0], G); // the newest
}

TEST(test_oldest_verdict_goes_and_none_stands_twice)
{
    struct btl_record failed = none;
    for (uint8_t i = 1; i <= BTL_GIVEN_UP_MAX + 1; i++)
        failed = failure_of(i, BTL_FAILED_IN_KERNEL, &failed);
    assert_int_equal(failed.given_up_count, BTL_GIVEN_UP_MAX);
    assert_false(btl_record_is_given_up(&failed, record_of(1, 0).sha256));
    assert_true(btl_record_is_given_up(&failed, record_of(2, 0).sha256));
    failed = failure_of(2, BTL_FAILED_IN_KERNEL, &failed);
    assert_int_equal(failed.given_up_count, BTL_GIVEN_UP_MAX);
    assert_int_equal(failed.given_up[0][0], 2);
    assert_int_equal(failed.given_up[1][0], BTL_GIVEN_UP_MAX + 1);
    assert_int_equal(failed.given_up[BTL_GIVEN_UP_MAX - 1][0], 3);
}

TEST(test_good_configuration_is_forgiven_alone)
{
    struct btl_record failed = failure_of(X, BTL_FAILED_IN_KERNEL, &none), rest;
    failed = failure_of(G, BTL_FAILED_IN_KERNEL, &failed);
    assert_false(btl_record_remove(&failed, record_of(3, 0).sha256, &rest));
    assert_true(btl_record_remove(&failed, record_of(X, 0).sha256, &rest)); // in the list
    assert_true(rest.valid && btl_record_names(&rest, failed.sha256));
    assert_int_equal(rest.given_up_count, 1);
    assert_true(btl_record_remove(&failed, failed.sha256, &rest)); // that of the last failure
    assert_true(rest.valid);
    assert_int_equal(rest.path.len + rest.number + rest.sha256[0], 0);
    assert_int_equal(rest.given_up_count, 1);
    assert_true(btl_record_is_given_up(&rest, record_of(X, 0).sha256));
    failed = rest;
    assert_true(btl_record_remove(&failed, record_of(X, 0).sha256, &rest));
    assert_false(rest.valid); // nothing is left to say
}

TEST(test_failure_in_the_loader_is_not)
{
    struct btl_boot_state failed = {
        .record[BTL_VARIABLE_FAILED] = failure_of(X, BTL_FAILED_IN_LOADER, &none),
    };
    assert_trial(&failed, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    assert_trial(&failed, 2, BTL_TRIAL_COUNTED, 1);
}

TEST(test_last_good_one_is_good_whatever_else_is_said)
{
    struct btl_boot_state good = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 0),
        .record[BTL_VARIABLE_FAILED] = failure_of(X, BTL_FAILED_IN_KERNEL, &none),
    };
    assert_trial(&good, 3, BTL_TRIAL_GOOD, NOT_WRITTEN);
    assert_trial(&good, 0, BTL_TRIAL_GOOD, NOT_WRITTEN);
    good.record[BTL_VARIABLE_GOOD] = record_of(G, 0);
    assert_trial(&good, 3, BTL_TRIAL_FAILED, NOT_WRITTEN);
}

TEST(test_record_that_is_not_there_says_nothing)
{
    struct btl_boot_state gone = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 0),
        .record[BTL_VARIABLE_FAILED] = failure_of(X, BTL_FAILED_IN_KERNEL, &none),
    };
    for (unsigned i = 0; i < BTL_VARIABLES; i++)
        gone.record[i].valid = false;
    assert_trial(&gone, 3, BTL_TRIAL_COUNTED, 2);
    assert_false(btl_boot_trial_is_over(&gone));
}

TEST(test_one_other_byte_of_the_hash_is_another_configuration)
{
    for (size_t i = 0; i < 32; i++) {
        struct btl_boot_state good = {.record[BTL_VARIABLE_GOOD] = record_of(X, 0)};
        good.record[BTL_VARIABLE_GOOD].sha256[i] ^= 0x80;
        assert_trial(&good, 0, BTL_TRIAL_NONE, NOT_WRITTEN);
    }
}

TEST(test_trial_of_the_last_good_configuration_is_over)
{
    struct btl_boot_state both = {
        .record[BTL_VARIABLE_GOOD] = record_of(X, 0),
        .record[BTL_VARIABLE_TRIAL] = record_of(X, 1),
    };
    assert_true(btl_boot_trial_is_over(&both));
    both.record[BTL_VARIABLE_TRIAL] = record_of(G, 1);
    assert_false(btl_boot_trial_is_over(&both));
    both.record[BTL_VARIABLE_TRIAL].valid = false;
    assert_false(btl_boot_trial_is_over(&both));
}

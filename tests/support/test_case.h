// SPDX-License-Identifier: BSD-2-Clause
// Tests of cmocka that register themselves. The file of a program's tests has no main():
// tests/support/ test_main.c runs them in the order of the file.
//
//     TEST(an_empty_file_is_good)
//     {
//         assert_true(…);
//     }
#ifndef TEST_CASE_H
#define TEST_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

// `line` orders the tests: compilers run constructors in any order.
void test_register(int line, struct CMUnitTest test);
void test_register_each(CMFixtureFunction setup, CMFixtureFunction teardown);
void test_register_all(CMFixtureFunction setup, CMFixtureFunction teardown);

#define TEST_CONSTRUCTOR(prefix, line)  TEST_CONSTRUCTOR_(prefix, line)
#define TEST_CONSTRUCTOR_(prefix, line) __attribute__((constructor)) static void prefix##line(void)

// A test, followed by its body.
#define TEST(function)                                                                             \
    static void function(void **state);                                                            \
    TEST_CONSTRUCTOR(test_register_, function)                                                     \
    {                                                                                              \
        test_register(__LINE__, (struct CMUnitTest){.name = #function, .test_func = function});    \
    }                                                                                              \
    static void function(void **state)

// One test for each row of a table. A row has its .name; the test gets the row as its *state.
#define TEST_ROWS(rows, function)                                                                  \
    TEST_CONSTRUCTOR(test_register_rows_, __LINE__)                                                \
    {                                                                                              \
        for (size_t i = 0; i < sizeof(rows) / sizeof(*(rows)); i++)                                \
            test_register(__LINE__, (struct CMUnitTest){.name = (rows)[i].name,                    \
                                                        .test_func = function,                     \
                                                        .initial_state = (void *)&(rows)[i]});     \
    }

// What runs before and after each test of the file, and once before the first and after the last;
// NULL: nothing.
#define EACH_TEST(setup, teardown)                                                                 \
    TEST_CONSTRUCTOR(test_register_each_, __LINE__)                                                \
    {                                                                                              \
        test_register_each(setup, teardown);                                                       \
    }
#define ALL_TESTS(setup, teardown)                                                                 \
    TEST_CONSTRUCTOR(test_register_all_, __LINE__)                                                 \
    {                                                                                              \
        test_register_all(setup, teardown);                                                        \
    }

#endif

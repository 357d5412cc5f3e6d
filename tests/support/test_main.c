// SPDX-License-Identifier: BSD-2-Clause
// The main() of all test programs (test_case.h).
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct registered_test {
    int line;
    struct CMUnitTest test;
} * registered;
static size_t registered_count;
static CMFixtureFunction each_setup, each_teardown, all_setup, all_teardown;

void test_register(int line, struct CMUnitTest test)
{
    size_t i = registered_count++;
    registered = realloc(registered, registered_count * sizeof(*registered));
    if (registered == NULL)
        abort();
    for (; i > 0 && registered[i - 1].line > line; i--)
        registered[i] = registered[i - 1];
    registered[i] = (struct registered_test){line, test};
}

void test_register_each(CMFixtureFunction setup, CMFixtureFunction teardown)
{
    each_setup = setup;
    each_teardown = teardown;
}

void test_register_all(CMFixtureFunction setup, CMFixtureFunction teardown)
{
    all_setup = setup;
    all_teardown = teardown;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (registered_count == 0) { // make unit-NAME of a name that no test has
        fprintf(stderr, "%s has no test\n", argv[0]);
        return 1;
    }
    struct CMUnitTest *tests = calloc(registered_count, sizeof(*tests));
    if (tests == NULL)
        abort();
    for (size_t i = 0; i < registered_count; i++) {
        tests[i] = registered[i].test;
        tests[i].setup_func = each_setup;
        tests[i].teardown_func = each_teardown;
    }
    int failed = _cmocka_run_group_tests("tests", tests, registered_count, all_setup, all_teardown);
    free(tests);
    free(registered);
    return failed;
}

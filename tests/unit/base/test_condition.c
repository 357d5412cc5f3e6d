// SPDX-License-Identifier: BSD-2-Clause
// Versions and conditions on them.
#include "test_case.h"

#include <btl/condition.h>
#include <btl/types.h>

static const struct {
    const char *version, *limit;
    int order;
} versions[] = {
    {"6.1.0-18-cloud-amd64", "6.1", 0},
    {"6.1", "6.1.0", -1},
    {"6.10", "6.9", 1},
    {"6.1.0-rc1", "6.1.0-18", -1},
    {"6.1", "6.1", 0},
    {"5.19.17", "6", -1},
    {"7", "6.99", 1},
    {"6.1-a", "6.1-b", -1},
    {"", "1", -1},
    {"6_1", "6.1", 0},
    {"06.1", "6.01", 0},
};

TEST(test_versions_are_compared_part_by_part)
{
    for (size_t i = 0; i < BTL_COUNT(versions); i++) {
        int order =
            btl_version_compare(btl_str_of(versions[i].version), btl_str_of(versions[i].limit));
        assert_int_equal((order > 0) - (order < 0), versions[i].order);
    }
}

static const struct {
    const char *text;
    int met; // -1: malformed
} conditions[] = {
    {">=6.1", 1},      {">=6.2", 0},     {">6.1", 0},   {"<=6.1", 1}, {"<6.1", 0},
    {"<6.2,>=6", 1},   {"<6.2 >6.3", 0}, {"=6.1", 1},   {"=6", 1},    {"=6.1.1", 0},
    {"!=6.1", 0},      {"!=6.2", 1},     {"", -1},      {"6.1", -1},  {">=", -1},
    {">= 6.1", -1},    {"=>6.1", -1},    {"==6.1", -1}, {">=x", -1},  {">=6.1 x", -1},
    {"  >=6.1 , ", 1},
};

TEST(test_conditions)
{
    for (size_t i = 0; i < BTL_COUNT(conditions); i++) {
        bool met = false;
        bool good = btl_condition_judge(btl_str_of(conditions[i].text),
                                        BTL_STR("6.1.0-18-cloud-amd64"), &met);
        assert_true(good == (conditions[i].met >= 0));
        if (good)
            assert_int_equal(met, conditions[i].met);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
// Dates of the firmware.
#include "test_case.h"

#include <btl/limine_kernel.h>

static void check_date(struct btl_limine_date date, int64_t expected)
{
    int64_t seconds = -1;
    assert_int_equal(btl_limine_seconds(&date, &seconds), expected >= 0);
    assert_true(seconds == expected);
}

TEST(good_dates)
{
    check_date((struct btl_limine_date){1970, 1, 1, 0, 0, 0, 0}, 0);
    check_date((struct btl_limine_date){1970, 1, 1, 0, 0, 59, 60}, 3659);
    check_date((struct btl_limine_date){2000, 2, 29, 12, 0, 0, 0}, 951825600);
    check_date((struct btl_limine_date){2000, 3, 1, 0, 0, 0, -60}, 951865200);
    check_date((struct btl_limine_date){2024, 12, 31, 23, 59, 59, 0}, 1735689599);
    check_date((struct btl_limine_date){2100, 3, 1, 0, 0, 0, 0}, 4107542400);
}

TEST(bad_dates)
{
    check_date((struct btl_limine_date){1969, 12, 31, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 2, 29, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2100, 2, 29, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 0, 1, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 13, 1, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 1, 0, 0, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 1, 1, 24, 0, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 1, 1, 0, 60, 0, 0}, -1);
    check_date((struct btl_limine_date){2023, 1, 1, 0, 0, 60, 0}, -1);
    check_date((struct btl_limine_date){2023, 1, 1, 0, 0, 0, 1441}, -1);
    check_date((struct btl_limine_date){99999, 1, 1, 0, 0, 0, 0}, -1);
}

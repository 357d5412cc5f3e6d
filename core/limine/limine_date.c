// SPDX-License-Identifier: BSD-2-Clause
// A date of the firmware as seconds since 1970.
#include <btl/limine_kernel.h>

#define DAY_SECONDS 86400
#define ZONE_MAX    1440 // minutes

static bool is_leap_year(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year) ? 1u : 0u);
}

bool btl_limine_seconds(const struct btl_limine_date *date, int64_t *ret_seconds)
{
    if (date->year < 1970 || date->year > 9999 || date->month < 1 || date->month > 12 ||
        date->day < 1 || date->day > month_days(date->year, date->month) || date->hour > 23 ||
        date->minute > 59 || date->second > 59 || date->zone < -ZONE_MAX || date->zone > ZONE_MAX)
        return false;
    int64_t days = date->day - 1;
    for (uint32_t year = 1970; year < date->year; year++)
        days += is_leap_year(year) ? 366 : 365;
    for (uint32_t month = 1; month < date->month; month++)
        days += month_days(date->year, month);
    int64_t minutes = ((int64_t)date->hour * 60 + date->minute) + date->zone;
    *ret_seconds = days * DAY_SECONDS + minutes * 60 + date->second;
    return true;
}

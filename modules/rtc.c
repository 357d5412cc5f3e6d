// SPDX-License-Identifier: BSD-2-Clause
// The date: read once from the CMOS clock (MC146818), carried on by the clock module.
#include <btl/module.h>

#include "clock.h"
#include "rtc.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

enum {
    SECOND = 0,
    MINUTE = 2,
    HOUR = 4,
    DAY = 7,
    MONTH = 8,
    YEAR = 9,
    STATUS_A = 10,
    STATUS_B = 11,
    STATUS_D = 13
};
enum { UPDATING = 0x80, HOURS_24 = 2, BINARY = 4, AFTERNOON = 0x80 };

struct date {
    uint32_t year, month, day, hour, minute, second;
};

static uint64_t at_load, loaded_ns; // date and clock when the date was read

static uint8_t cmos_read(uint8_t index)
{
    port_out8(CMOS_INDEX, index);
    return port_in8(CMOS_DATA);
}

static uint32_t cmos_decode(uint8_t value, uint8_t mode)
{
    return (mode & BINARY) != 0 ? value : (value >> 4) * 10u + (value & 15u);
}

static struct date cmos_read_date(void)
{
    uint8_t mode = cmos_read(STATUS_B), hour = cmos_read(HOUR);
    struct date date = {
        .year = 2000 + cmos_decode(cmos_read(YEAR), mode),
        .month = cmos_decode(cmos_read(MONTH), mode),
        .day = cmos_decode(cmos_read(DAY), mode),
        .hour = cmos_decode(hour & 0x7f, mode),
        .minute = cmos_decode(cmos_read(MINUTE), mode),
        .second = cmos_decode(cmos_read(SECOND), mode),
    };
    if ((mode & HOURS_24) == 0)
        date.hour = date.hour % 12 + ((hour & AFTERNOON) != 0 ? 12 : 0);
    return date;
}

// Read the date until two reads agree, with no update between: the registers change one by one.
static bool rtc_read_date(struct date *ret_date)
{
    for (int i = 0; i < 100; i++) {
        uint64_t end = clock_ns() + 10000000; // an update takes 2 ms
        while ((cmos_read(STATUS_A) & UPDATING) != 0 && clock_ns() < end)
            ;
        struct date first = cmos_read_date(), second = cmos_read_date();
        if (memcmp(&first, &second, sizeof(first)) == 0) {
            *ret_date = first;
            return true;
        }
    }
    return false;
}

static bool date_is_valid(const struct date *d)
{
    return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= 31 && d->hour < 24 &&
           d->minute < 60 && d->second < 61;
}

// Return the days since 1970-01-01 in the Gregorian calendar. The year starts in March, so the leap
// day is its last.
static uint64_t days_of(const struct date *d)
{
    uint64_t year = d->year - (d->month <= 2), month = (d->month + 9) % 12;
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d->day -
           719469;
}

static void date_of(uint64_t seconds, struct date *ret_date)
{
    uint64_t left = seconds % 86400, days = seconds / 86400;
    struct date d = {.year = 1970, .month = 1, .day = 1};
    d.year += (uint32_t)(days / 366); // at most some years early
    while (days_of(&(struct date){.year = d.year + 1, .month = 1, .day = 1}) <= days)
        d.year++;
    while (d.month < 12 &&
           days_of(&(struct date){.year = d.year, .month = d.month + 1, .day = 1}) <= days)
        d.month++;
    d.day = (uint32_t)(days - days_of(&d)) + 1;
    d.hour = (uint32_t)(left / 3600);
    d.minute = (uint32_t)(left / 60 % 60);
    d.second = (uint32_t)(left % 60);
    *ret_date = d;
}

uint64_t rtc_seconds(void)
{
    return at_load + (clock_ns() - loaded_ns) / 1000000000;
}

static void rtc_print(int argc, char **argv)
{
    struct date d;
    date_of(rtc_seconds(), &d);
    kprintf("%04u-%02u-%02u %02u:%02u:%02u UTC\n", d.year, d.month, d.day, d.hour, d.minute,
            d.second);
}

static int rtc_load(const struct btl_load_args *args)
{
    struct date date;
    if (cmos_read(STATUS_D) == 0xff) { // bit 6 of it is 0 in every such clock
        kprintf("rtc: this machine has no CMOS clock\n");
        return BTL_ENODEV;
    }
    if (!rtc_read_date(&date) || !date_is_valid(&date)) {
        kprintf("rtc: the CMOS clock does not give a date\n");
        return BTL_EIO;
    }
    loaded_ns = clock_ns();
    at_load = days_of(&date) * 86400 + date.hour * 3600 + date.minute * 60 + date.second;
    kprintf("rtc: ");
    rtc_print(0, NULL);
    return monitor_add_with("date", "", "date and time, as the CMOS clock has them", rtc_print);
}

static int rtc_unload(void)
{
    monitor_remove("date");
    return 0;
}

BTL_MODULE("rtc", .load = rtc_load, .unload = rtc_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("date from the CMOS clock");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.4");
BTL_NEEDS("clock:1.0");
BTL_PROVIDES("rtc:1.0");
BTL_DEPENDS("clock");
BTL_EXPORT(rtc_seconds);

// SPDX-License-Identifier: BSD-2-Clause
// /btl/order: what is written is read, and each kind of damage is found in its line.
#include "test_case.h"

#include <string.h>

#include <btl/linux_order.h>

#include "btl_test.h"

#define FIRST  "btl-order 1\n"
#define MODULE FIRST "module a BOOT2 warn parallel -\n"

static struct btl_order_module modules[8];

static bool reads(const char *text, struct btl_order *ret_order, uint32_t *ret_line)
{
    return btl_order_read(btl_str_of(text), modules, BTL_COUNT(modules), ret_order, ret_line);
}

TEST(test_what_was_written_is_read)
{
    static const struct btl_order_module rows[] = {
        {.name = {"virtio-rng", 10}, .action = BTL_ORDER_IGNORE},
        {.name = {"b", 1},
         .needs = {"0", 1},
         .parameters = {"x=\"1 2\" y", 9},
         .serial = true,
         .action = BTL_ORDER_RESET},
        {.name = {"c", 1}, .needs = {"0,1", 3}, .init = true, .action = BTL_ORDER_STOP},
        {.name = {"d", 1}, .init = true, .action = BTL_ORDER_RESTART},
    };
    const struct btl_order order = {.counted = true,
                                    .watchdog = 60,
                                    .init = BTL_STR("/sbin/my init"),
                                    .modules = rows,
                                    .module_count = BTL_COUNT(rows)};
    char text[512];
    struct btl_buffer buffer = btl_buffer(text, sizeof(text));
    struct btl_order got;
    uint32_t line;
    btl_order_write(&order, &buffer.out);
    assert_string_equal(text, FIRST "counted\nwatchdog 60\ninit /sbin/my init\n"
                                    "module virtio-rng BOOT2 ignore parallel -\n"
                                    "module b BOOT2 reset serial 0 x=\"1 2\" y\n"
                                    "module c INIT stop parallel 0,1\n"
                                    "module d INIT restart parallel -\n");
    assert_true(reads(text, &got, &line));
    assert_true(got.counted);
    assert_int_equal(got.watchdog, 60);
    assert_true(btl_str_equal(got.init, order.init));
    assert_int_equal(got.module_count, BTL_COUNT(rows));
    for (uint32_t i = 0; i < got.module_count; i++) {
        assert_true(btl_str_equal(got.modules[i].name, rows[i].name));
        assert_true(btl_str_equal(got.modules[i].needs, rows[i].needs));
        assert_true(btl_str_equal(got.modules[i].parameters, rows[i].parameters));
        assert_int_equal(got.modules[i].init, rows[i].init);
        assert_int_equal(got.modules[i].serial, rows[i].serial);
        assert_int_equal(got.modules[i].action, rows[i].action);
    }
}

TEST(test_needs_are_numbers)
{
    struct btl_str needs = BTL_STR("0,12,345");
    uint32_t expected[] = {0, 12, 345}, number;
    for (size_t i = 0; i < BTL_COUNT(expected); i++) {
        assert_true(btl_order_next_need(&needs, &number));
        assert_int_equal(number, expected[i]);
    }
    assert_false(btl_order_next_need(&needs, &number));
}

TEST(test_without_lines_the_init_is_that_of_linux)
{
    struct btl_order got;
    uint32_t line;
    assert_true(reads(FIRST, &got, &line));
    assert_true(btl_str_equal(got.init, BTL_STR("/init")));
    assert_int_equal(got.module_count, 0);
    assert_false(got.counted);
}

static const struct row {
    const char *text;
    uint32_t line;
} damaged[] = {
    {"", 1},
    {"btl-order 2\n", 1},
    {FIRST "\n", 2},
    {FIRST "unknown\n", 2},
    {FIRST "counted x\n", 2},
    {FIRST "watchdog\n", 2},
    {FIRST "watchdog x\n", 2},
    {FIRST "watchdog 65536\n", 2},
    {FIRST "init\n", 2},
    {FIRST "init sbin/init\n", 2},
    {FIRST "init /a\tb\n", 2},
    {FIRST "module\n", 2},
    {FIRST "module a\n", 2},
    {FIRST "module a BOOT2 warn parallel\n", 2},
    {FIRST "module ../a BOOT2 warn parallel -\n", 2},
    {FIRST "module a BOOT1 warn parallel -\n", 2},
    {FIRST "module a BOOT2 panic parallel -\n", 2},
    {FIRST "module a BOOT2 warn fast -\n", 2},
    {FIRST "module a BOOT2 warn parallel 0\n", 2},
    {MODULE "module b BOOT2 warn parallel 1\n", 3},
    {MODULE "module b BOOT2 warn parallel 0,\n", 3},
    {MODULE "module b BOOT2 warn parallel x\n", 3},
    {MODULE "module b BOOT2 warn parallel 99999999999999999999\n", 3},
    {MODULE "module b BOOT2 warn parallel - a\x01\n", 3},
    {FIRST "module a INIT warn parallel -\nmodule b BOOT2 warn parallel -\n", 3},
};

static void is_refused(const struct row *row)
{
    struct btl_order got;
    uint32_t line;
    assert_false(reads(row->text, &got, &line));
    assert_int_equal(line, row->line);
}

TEST(test_damaged_lines)
{
    for (size_t i = 0; i < BTL_COUNT(damaged); i++)
        is_refused(&damaged[i]);
}

TEST(test_more_modules_than_there_is_room_for)
{
    struct btl_order got;
    uint32_t line;
    assert_false(btl_order_read(BTL_STR(MODULE), modules, 0, &got, &line));
    assert_true(btl_order_read(BTL_STR(MODULE), modules, 1, &got, &line));
}

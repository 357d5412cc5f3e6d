// SPDX-License-Identifier: BSD-2-Clause
// The command line of a Linux kernel.
#include "test_case.h"

#include <btl/linux_command.h>

#include "btl_test.h"

static const struct command_row {
    const char *options, *blacklist;
    bool init;
    uint32_t panic;
    const char *expected;
} commands[] = {
    {"", "", false, 0, ""},
    {"quiet", "", false, 0, "quiet"},
    {"quiet", "", true, 0, "quiet rdinit=/btl/init"},
    {"", "", true, 10, "rdinit=/btl/init panic=10"},
    {"panic=0 x", "", true, 10, "panic=0 x rdinit=/btl/init"},
    {"xpanic=1", "", false, 10, "xpanic=1 panic=10"},
    {"-- panic=1", "", false, 10, "panic=10 -- panic=1"},
    {"a -- single b", "", true, 0, "a rdinit=/btl/init -- single b"},
    {"a  --", "", true, 0, "a rdinit=/btl/init --"},
    {"a \"b -- c\"", "", true, 0, "a \"b -- c\" rdinit=/btl/init"},
    {"dyndbg=\"file a.c +p\" b", "", false, 1, "dyndbg=\"file a.c +p\" b panic=1"},
    {"", "virtio-rng,loop", false, 0, "module_blacklist=virtio_rng,loop"},
    {"module_blacklist=x,y q", "loop", false, 0,
     "module_blacklist=x,y q module_blacklist=x,y,loop"},
    {"module-blacklist=x", "loop", false, 0, "module-blacklist=x module_blacklist=x,loop"},
};

static void command_is(const struct command_row *row)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_linux_command command = {.options = btl_str_of(row->options),
                                        .blacklist = btl_str_of(row->blacklist),
                                        .init = row->init,
                                        .panic = row->panic};
    assert_str(&memory, btl_linux_command_text(&command, &memory.arena), row->expected);
    test_memory_end(&memory);
}

TEST(test_texts)
{
    for (size_t i = 0; i < BTL_COUNT(commands); i++)
        command_is(&commands[i]);
}

TEST(test_without_memory)
{
    struct test_memory memory;
    struct btl_linux_command command = {.options = BTL_STR("quiet")};
    test_memory_begin_limited(&memory, 0);
    assert_null(btl_linux_command_text(&command, &memory.arena).at);
    test_memory_end(&memory);
}

static const struct option_row {
    const char *options, *name, *expected;
} options[] = {
    {"a=1 b=2 a=3", "a", "3"}, {"rdinit=/x", "rdinit", "/x"},
    {"a=\"1 2\"", "a", "1 2"}, {"\"a=1 2\" b", "a", "1 2"},
    {"a-b=1", "a_b", "1"},     {"a=1 -- a=2", "a", "1"},
    {"ab=1", "a", NULL},       {"a", "a", NULL},
    {"b=\"a=1\"", "a", NULL},  {"a=", "a", ""},
    {"\ta=1\t", "a", "1"},     {"a=\"", "a", ""},
};

static void option_is(const struct option_row *row)
{
    struct test_memory memory;
    struct btl_str value;
    test_memory_begin(&memory);
    bool found = btl_linux_option(btl_str_of(row->options), btl_str_of(row->name), &value);
    assert_true(found == (row->expected != NULL));
    if (found)
        assert_str(&memory, value, row->expected);
    test_memory_end(&memory);
}

TEST(test_values_of_options)
{
    for (size_t i = 0; i < BTL_COUNT(options); i++)
        option_is(&options[i]);
}

TEST(test_names_of_linux)
{
    assert_true(btl_linux_names_equal(BTL_STR("virtio-rng"), BTL_STR("virtio_rng")));
    assert_false(btl_linux_names_equal(BTL_STR("virtio-rng"), BTL_STR("virtio_rn")));
    assert_false(btl_linux_names_equal(BTL_STR("a-b"), BTL_STR("a-c")));
}

// SPDX-License-Identifier: BSD-2-Clause
// modules.builtin, and the version in vermagic=.
#include "test_case.h"

#include <btl/linux_kernel.h>

#include "btl_test.h"

static struct test_memory memory;
static struct btl_diags diags;
static struct btl_linux_kernel kernel;

static int begin(void **state)
{
    test_memory_begin(&memory);
    diags = (struct btl_diags){.arena = &memory.arena};
    kernel = (struct btl_linux_kernel){0};
    return 0;
}

static int end(void **state)
{
    test_memory_end(&memory);
    return 0;
}

EACH_TEST(begin, end)

static bool reads(const char *text)
{
    return btl_linux_read_builtin(btl_str_of(text),
                                  (struct btl_place){.file = BTL_STR("modules.builtin")},
                                  &memory.arena, &kernel.builtin, &diags);
}

TEST(test_names_are_found_in_each_spelling)
{
    assert_true(reads("kernel/fs/ext4/ext4.ko\nkernel/lib/crc-t10dif.ko\nx.ko"));
    assert_true(btl_linux_has_built_in(&kernel, BTL_STR("ext4")));
    assert_true(btl_linux_has_built_in(&kernel, BTL_STR("crc-t10dif")));
    assert_true(btl_linux_has_built_in(&kernel, BTL_STR("crc_t10dif")));
    assert_true(btl_linux_has_built_in(&kernel, BTL_STR("x")));
    assert_false(btl_linux_has_built_in(&kernel, BTL_STR("ext")));
    assert_codes(&memory, &diags, "");
}

TEST(test_without_the_file_nothing_is_built_in)
{
    assert_false(btl_linux_has_built_in(&kernel, BTL_STR("ext4")));
    assert_true(reads(""));
    assert_false(btl_linux_has_built_in(&kernel, BTL_STR("ext4")));
}

TEST(test_a_line_that_is_no_path_of_a_module)
{
    static const char *const bad[] = {"a.ko\n\nb.ko", "a.ko\nb\nb.ko", "a.ko\n.ko\nb.ko",
                                      "a.ko\nx y.ko\nb.ko", "a.ko\nkernel/.ko\nb.ko"};
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        diags = (struct btl_diags){.arena = &memory.arena};
        assert_true(reads(bad[i]));
        assert_codes(&memory, &diags, "linux-builtin-line");
        assert_int_equal(diags.first->place.line, 2);
        assert_true(btl_linux_has_built_in(&kernel, BTL_STR("a")));
        assert_false(btl_linux_has_built_in(&kernel, BTL_STR("b")));
    }
}

TEST(test_each_allocation_fails)
{
    bool good = false;
    for (size_t n = 0; !good; n++) {
        test_memory_end(&memory);
        test_memory_begin_limited(&memory, n);
        diags = (struct btl_diags){.arena = &memory.arena};
        good = reads("a.ko\nb.ko\n");
        assert_true(good == (memory.refused == 0));
    }
}

TEST(test_the_version_in_vermagic)
{
    assert_str(&memory, btl_linux_release(BTL_STR("6.1.0-18-cloud-amd64 SMP preempt ")),
               "6.1.0-18-cloud-amd64");
    assert_str(&memory, btl_linux_release(BTL_STR("6.1")), "6.1");
}

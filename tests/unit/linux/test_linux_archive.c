// SPDX-License-Identifier: BSD-2-Clause
// The newc archive: its bytes, its padding, and that no file is copied.
#include "test_case.h"

#include <string.h>

#include <btl/linux_archive.h>

#include "btl_test.h"

static struct test_memory memory;
static struct btl_linux_archive archive;

static int begin(void **state)
{
    test_memory_begin(&memory);
    btl_linux_archive_begin(&archive, &memory.arena);
    return 0;
}

static int end(void **state)
{
    test_memory_end(&memory);
    return 0;
}

EACH_TEST(begin, end)

static struct btl_bytes bytes_of(const char *text)
{
    return (struct btl_bytes){(const uint8_t *)text, strlen(text)};
}

// The pieces one after another, as LoadFile2 copies them.
static size_t copy_pieces(uint8_t *to)
{
    size_t size = 0;
    for (size_t i = 0; i < archive.count; i++) {
        assert_true(archive.pieces[i].size > 0);
        memcpy(to + size, archive.pieces[i].at, archive.pieces[i].size);
        size += archive.pieces[i].size;
    }
    assert_int_equal(size, archive.size);
    return size;
}

// Each entry begins and ends at a multiple of 4: the NUL that ends `expected` is the last byte.
TEST(test_bytes_of_an_archive)
{
    static const char expected[] =
        "07070100000001000041ED00000000000000000000000200000000"
        "00000000000000000000000000000000000000000000000400000000btl\0\0\0"
        "07070100000002"
        "0000816D0000000000000000000000010000000000000005"
        "000000000000000000000000000000000000000900000000btl/init\0\0"
        "hello\0\0\0"
        "07070100000003"
        "0000812400000000000000000000000100000000"
        "00000000000000000000000000000000000000000000000600000000btl/a\0"
        "07070100000004"
        "0000000000000000000000000000000100000000"
        "00000000000000000000000000000000000000000000000B00000000TRAILER!!!\0\0\0";
    uint8_t got[1024];
    assert_true(btl_linux_archive_add_directory(&archive, BTL_STR("btl")));
    assert_true(btl_linux_archive_add_file(&archive, BTL_STR("btl/init"), true, bytes_of("hello")));
    assert_true(btl_linux_archive_add_file(&archive, BTL_STR("btl/a"), false, bytes_of("")));
    assert_true(btl_linux_archive_end(&archive));
    size_t size = copy_pieces(got);
    assert_int_equal(size % 4, 0);
    assert_memory_equal(got, expected, sizeof(expected));
    assert_int_equal(size, sizeof(expected));
}

TEST(test_initrds_are_padded)
{
    for (size_t length = 0; length < 9; length++) {
        uint8_t got[64];
        btl_linux_archive_begin(&archive, &memory.arena);
        assert_true(btl_linux_archive_add_initrd(
            &archive, (struct btl_bytes){(const uint8_t *)"12345678", length}));
        assert_true(btl_linux_archive_add_initrd(&archive, bytes_of("x")));
        size_t first = (length + 3) / 4 * 4;
        assert_int_equal(copy_pieces(got), first + 4);
        assert_memory_equal(got, "12345678", length);
        for (size_t i = length; i < first; i++)
            assert_int_equal(got[i], 0);
        assert_int_equal(got[first], 'x');
    }
}

TEST(test_files_are_not_copied)
{
    struct btl_bytes module = bytes_of("a module");
    assert_true(btl_linux_archive_add_file(&archive, BTL_STR("m.ko"), false, module));
    assert_ptr_equal(archive.pieces[1].at, module.at);
    assert_int_equal(archive.pieces[1].size, module.size);
}

TEST(test_a_file_that_is_too_large)
{
    struct btl_bytes large = {(const uint8_t *)"x", (size_t)BTL_LINUX_FILE_MAX + 1};
    assert_false(btl_linux_archive_add_file(&archive, BTL_STR("large"), false, large));
}

TEST(test_each_allocation_fails)
{
    bool good = false;
    for (size_t n = 0; !good; n++) {
        struct test_memory small;
        test_memory_begin_limited(&small, n);
        btl_linux_archive_begin(&archive, &small.arena);
        good = btl_linux_archive_add_initrd(&archive, bytes_of("abc")) &&
               btl_linux_archive_add_directory(&archive, BTL_STR("d")) &&
               btl_linux_archive_add_file(&archive, BTL_STR("d/f"), false, bytes_of("abc")) &&
               btl_linux_archive_end(&archive);
        assert_true(good == (small.refused == 0));
        test_memory_end(&small);
    }
}

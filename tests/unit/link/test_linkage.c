// SPDX-License-Identifier: BSD-2-Clause
// The table of what the linker makes for an image, with the kinds of ia64.
#include "test_case.h"

#include "btl_test.h"
#include "link/ia64_entries.h"

TEST(each_thing_is_made_once)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, SIZE_MAX);
    struct btl_linkage *linkage = ia64_linkage_new(&memory.arena);
    assert_non_null(linkage);
    for (int i = 0; i < 3; i++) {
        assert_true(btl_linkage_add(linkage, IA64_GOT_ADDRESS, 5, 8));
        assert_true(btl_linkage_add(linkage, IA64_IMPORT_STUB, 5, 0));
    }
    assert_int_equal(linkage->count, 2);
    assert_int_equal(linkage->size[BTL_AREA_GOT], 8);
    assert_int_equal(linkage->size[BTL_AREA_PLT], 48);
    assert_int_equal(linkage->size[BTL_AREA_OPD], 0);
    test_memory_end(&memory);
}

// What differs in kind, symbol or offset alone is another thing.
TEST(kind_symbol_and_offset_tell_things_apart)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, SIZE_MAX);
    struct btl_linkage *linkage = ia64_linkage_new(&memory.arena);
    for (unsigned kind = 0; kind < IA64_ENTRY_KINDS; kind++)
        for (uint32_t of = 0; of < 2; of++)
            for (uint64_t offset = 0; offset < 2; offset++) {
                assert_null(btl_linkage_find(linkage, kind, of, offset << 63));
                assert_true(btl_linkage_add(linkage, kind, of, offset << 63));
                assert_non_null(btl_linkage_find(linkage, kind, of, offset << 63));
            }
    assert_int_equal(linkage->count, 4 * IA64_ENTRY_KINDS);
    assert_int_equal(linkage->size[BTL_AREA_GOT], 4 * (8 + 8));
    assert_int_equal(linkage->size[BTL_AREA_OPD], 4 * 16);
    assert_int_equal(linkage->size[BTL_AREA_PLT], 4 * (48 + 16));
    test_memory_end(&memory);
}

// Places follow the order of adding, each area by itself, so that an image is the same every time.
TEST(places_follow_the_order_of_adding)
{
    enum { MANY = 10000 };
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_linkage *linkage = ia64_linkage_new(&memory.arena);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(btl_linkage_add(linkage, IA64_GOT_ADDRESS, 7 * i, i));
        assert_true(btl_linkage_add(linkage, IA64_DESCRIPTOR, 3, 16 * i));
        assert_true(btl_linkage_add(linkage, i % 2 != 0 ? IA64_FAR_STUB : IA64_IMPORT_STUB, i, 0));
    }
    uint64_t stub = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        enum ia64_entry_kind kind = i % 2 != 0 ? IA64_FAR_STUB : IA64_IMPORT_STUB;
        assert_int_equal(btl_linkage_find(linkage, IA64_GOT_ADDRESS, 7 * i, i)->place, 8 * i);
        assert_int_equal(btl_linkage_find(linkage, IA64_DESCRIPTOR, 3, 16 * i)->place, 16 * i);
        assert_int_equal(btl_linkage_find(linkage, kind, i, 0)->place, stub);
        stub += i % 2 != 0 ? IA64_FAR_STUB_SIZE : IA64_IMPORT_STUB_SIZE;
    }
    assert_int_equal(linkage->size[BTL_AREA_PLT], stub);
    test_memory_end(&memory);
}

TEST(what_does_not_fit_into_memory_is_not_added)
{
    for (size_t n = 0; n < 5; n++) {
        struct test_memory memory;
        test_memory_begin_limited(&memory, n);
        struct btl_linkage *linkage = ia64_linkage_new(&memory.arena);
        assert_int_equal(linkage != NULL, n >= 3); // itself, items, index
        uint32_t added = 0;
        while (linkage != NULL && btl_linkage_add(linkage, IA64_GOT_ADDRESS, added, 0))
            added++;
        assert_int_equal(added, linkage != NULL ? 32 : 0);
        if (linkage != NULL) {
            assert_null(btl_linkage_find(linkage, IA64_GOT_ADDRESS, added, 0));
            assert_int_equal(btl_linkage_find(linkage, IA64_GOT_ADDRESS, 31, 0)->place, 8 * 31);
            assert_int_equal(linkage->size[BTL_AREA_GOT], 8 * 32);
        }
        test_memory_end(&memory);
    }
}

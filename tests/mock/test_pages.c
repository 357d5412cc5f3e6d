// SPDX-License-Identifier: BSD-2-Clause
// The list of pages alone: what shares the firmware's allocations, what is aligned like its
// address, and that everything goes back.
#include "mock.h"
#include "pages.h"

#include <string.h>

#define PAGE BTL_PAGE_SIZE

struct fixture {
    struct mock *mock;
    struct pages pages;
};

static struct fixture fresh(void)
{
    struct mock *mock = mock_begin();
    return (struct fixture){mock, {.fw = &mock->firmware}};
}

static uint64_t asked(const struct fixture *fixture)
{
    return fixture->mock->calls[MOCK_ALLOCATE];
}

// mock_end() looks at the memory.
static void expect_all_back(struct fixture *fixture)
{
    pages_free_all(&fixture->pages);
    mock_end(fixture->mock);
}

TEST(test_a_thousand_small_ones_ask_a_few_times)
{
    struct fixture fixture = fresh();
    uint64_t address, last = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(pages_allocate(&fixture.pages, 5000, BTLM_MEM_LOADER, &address));
        assert_true(address % PAGE == 0 && address != last);
        memset((void *)(uintptr_t)address, i, 5000);
        last = address;
    }
    assert_int_equal(fixture.pages.count, 1000);
    assert_true(asked(&fixture) < 20);
    expect_all_back(&fixture);
}

TEST(test_large_and_reserved_ones_are_asked_for_one_by_one)
{
    struct fixture fixture = fresh();
    uint64_t address;
    assert_true(pages_allocate(&fixture.pages, 300 * 1024, BTLM_MEM_LOADER, &address));
    uint64_t before = asked(&fixture);
    assert_true(pages_allocate(&fixture.pages, 300 * 1024, BTLM_MEM_STAGED, &address));
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_KERNEL, &address));
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_MANIFEST, &address));
    assert_int_equal(asked(&fixture), before + 3);
    expect_all_back(&fixture);
}

TEST(test_the_last_one_can_be_taken_again)
{
    struct fixture fixture = fresh();
    uint64_t first, second, third;
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_LOADER, &first));
    assert_true(pages_allocate(&fixture.pages, 2 * PAGE, BTLM_MEM_LOADER, &second));
    pages_free_last(&fixture.pages);
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_LOADER, &third));
    assert_int_equal(second, third);
    assert_true(pages_allocate(&fixture.pages, 1 << 20, BTLM_MEM_LOADER, &second));
    uint64_t taken = fixture.mock->taken_pages;
    pages_free_last(&fixture.pages);
    assert_int_equal(fixture.mock->taken_pages, taken - 256);
    expect_all_back(&fixture);
}

TEST(test_a_firmware_that_has_no_block_is_asked_for_the_pages)
{
    struct fixture fixture = fresh();
    uint64_t address;
    fixture.mock->page_limit = 8;
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_LOADER, &address));
    assert_true(pages_allocate(&fixture.pages, PAGE, BTLM_MEM_LOADER, &address));
    assert_true(fixture.mock->taken_pages <= 8);
    assert_false(pages_allocate(&fixture.pages, 8 * PAGE, BTLM_MEM_LOADER, &address));
    expect_all_back(&fixture);
}

TEST(test_aligned_like_the_virtual_address)
{
    struct fixture fixture = fresh();
    uint64_t physical;
    for (uint64_t align = PAGE; align <= 1 << 20; align *= 2) {
        uint64_t address = 0xa000000000123000 + align;
        assert_true(pages_allocate_congruent(&fixture.pages, 3 * PAGE, address, align,
                                             BTLM_MEM_KERNEL, &physical));
        assert_int_equal((physical ^ address) & (align - 1), 0);
        const uint8_t *bytes = (const uint8_t *)(uintptr_t)physical;
        for (size_t i = 0; i < 3 * PAGE; i++)
            assert_int_equal(bytes[i], 0);
        const struct btl_own_range *own = &fixture.pages.ranges[fixture.pages.count - 1];
        assert_int_equal(own->start, physical);
        assert_int_equal(own->size, 3 * PAGE);
    }
    assert_true(pages_allocate_code(&fixture.pages, 40000, 65536, &physical));
    assert_int_equal(physical & 65535, 0);
    expect_all_back(&fixture);
}

TEST(test_each_step_of_aligning_may_fail)
{
    for (int step = 1; step <= 3; step++) {
        struct fixture fixture = fresh();
        uint64_t physical;
        fixture.mock->fail_service = MOCK_ALLOCATE;
        fixture.mock->fail_at = step; // the list, the larger range, the part of it
        fixture.mock->fail_status = FW_OUT_OF_RESOURCES;
        assert_false(
            pages_allocate_congruent(&fixture.pages, PAGE, 0, 65536, BTLM_MEM_KERNEL, &physical));
        assert_int_equal(fixture.pages.count, 0);
        expect_all_back(&fixture);
    }
}

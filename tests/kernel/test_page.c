// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include "vm/page.h"

#define PAGES 512u

static int begin(void **state)
{
    host_memory(PAGES);
    return 0;
}

static int end(void **state)
{
    assert_true(pages_verify());
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

TEST(frame_0_is_never_given_out)
{
    uint64_t physical;

    assert_int_equal(pages_owned(PF_FREE), PAGES - 1);
    for (uint32_t i = 1; i < PAGES; i++) {
        assert_true(pages_alloc(1, PF_PAGES, &physical));
        assert_int_not_equal(physical, 0);
    }
    assert_false(pages_alloc(1, PF_PAGES, &physical));
    assert_int_equal(pages_owned(PF_PAGES), PAGES - 1);
}

TEST(pages_come_zeroed_and_with_their_owner)
{
    uint64_t physical;
    const uint8_t *at;

    assert_true(pages_alloc(3, PF_MODULE, &physical));
    at = phys_to_virt(physical);
    for (size_t i = 0; i < 3 * BTL_PAGE_SIZE; i++)
        assert_int_equal(at[i], 0);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(pfdat_of(physical + i * BTL_PAGE_SIZE)->owner, PF_MODULE);
    pages_free(physical, 3, PF_MODULE);
    assert_int_equal(pages_owned(PF_MODULE), 0);
    assert_int_equal(pages_owned(PF_FREE), PAGES - 1);
}

TEST(who_frees_what_it_does_not_own_panics)
{
    uint64_t physical;

    assert_true(pages_alloc(2, PF_PAGES, &physical));
    assert_panics(pages_free(physical, 2, PF_MODULE), "is not of modules but of page_alloc");
    assert_panics(pages_free(physical, 3, PF_PAGES), "is not of page_alloc but of");
    assert_panics(pages_free(physical + 1, 1, PF_PAGES), "are not memory");
    assert_panics(pages_free((uint64_t)PAGES * BTL_PAGE_SIZE, 1, PF_PAGES), "are not memory");
    assert_panics(pages_free(physical, UINT64_MAX, PF_PAGES), "are not memory");
    pages_free(physical, 2, PF_PAGES);
    assert_panics(pages_free(physical, 2, PF_PAGES), "but of free"); // twice
}

TEST(memory_changes_hands_without_being_free)
{
    uint64_t physical;

    assert_true(pages_alloc(4, PF_LOADER, &physical));
    pages_set_owner(physical + BTL_PAGE_SIZE, 2 * BTL_PAGE_SIZE, PF_KERNEL);
    assert_int_equal(pages_owned(PF_LOADER), 2);
    assert_int_equal(pages_owned(PF_KERNEL), 2);
    assert_true(pages_verify());
}

TEST(what_lies_above_the_table_is_ignored)
{
    pages_set_owner((uint64_t)PAGES * BTL_PAGE_SIZE, BTL_PAGE_SIZE, PF_FREE);
    pages_set_owner((uint64_t)(PAGES - 1) * BTL_PAGE_SIZE, 0, PF_FREE);
    assert_null(pfdat_of((uint64_t)PAGES * BTL_PAGE_SIZE));
    assert_int_equal(pages_owned(PF_FREE), PAGES - 1);
}

TEST(sizes_that_cannot_be_are_refused)
{
    uint64_t physical;

    assert_false(pages_alloc(0, PF_PAGES, &physical));
    assert_false(pages_alloc(PAGES, PF_PAGES, &physical));
    assert_false(pages_alloc((1ull << 32) + 1, PF_PAGES, &physical));
    assert_false(pages_alloc(UINT64_MAX, PF_PAGES, &physical));
}

// The check can fail: a damaged table does not verify.
TEST(a_wrong_owner_is_found)
{
    struct pfdat *pf = pfdat_of(BTL_PAGE_SIZE);
    uint8_t right = pf->owner;

    pf->owner = PF_KMEM;
    assert_false(pages_verify());
    pf->owner = right;
}

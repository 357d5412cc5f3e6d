// SPDX-License-Identifier: BSD-2-Clause
// Allocate pages, fill each with its own random words, and read them back after all are filled.
// This finds pages that were allocated twice and address lines that stick.
#include <btl/module.h>

#include "clock.h"
#include "entropy.h"

#define WORDS (BTL_PAGE_SIZE / sizeof(uint64_t))

#define TUNABLES(x) BTL_TUNABLE_INT(x, pages, 256, 1, 65536, "number of pages to check")
BTL_TUNABLE_LIST(TUNABLES);

// Return the next word of a seeded sequence (xorshift64*), which checks a page without a copy.
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

static void page_fill(uint64_t page, uint64_t seed)
{
    uint64_t *word = phys_to_virt(page);
    for (size_t i = 0; i < WORDS; i++)
        word[i] = random_next(&seed);
}

static bool page_is_same(uint64_t page, uint64_t seed)
{
    const uint64_t *word = phys_to_virt(page);
    for (size_t i = 0; i < WORDS; i++)
        if (word[i] != random_next(&seed))
            return false;
    return true;
}

static bool page_is_zero(uint64_t page)
{
    const uint64_t *word = phys_to_virt(page);
    for (size_t i = 0; i < WORDS; i++)
        if (word[i] != 0)
            return false;
    return true;
}

static void pages_give_back(const uint64_t *page, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        page_free(page[i], 1);
}

// Allocate up to `pages` pages. *ret_bad counts those that were not zeroed.
static int64_t pages_take(uint64_t *page, uint64_t seed, int64_t *ret_bad)
{
    int64_t taken = 0;
    for (*ret_bad = 0; taken < pages; taken++) {
        page[taken] = page_alloc(1);
        if (page[taken] == 0)
            break;
        *ret_bad += !page_is_zero(page[taken]);
        page_fill(page[taken], seed + (uint64_t)taken);
    }
    return taken;
}

static int pagetest_load(const struct btl_load_args *args)
{
    uint64_t seed, from = clock_ns();
    int64_t bad, wrong = 0;
    uint64_t *page = kmem_alloc((size_t)pages * sizeof(*page));
    if (page == NULL)
        return BTL_ENOMEM;
    random_bytes(&seed, sizeof(seed));
    seed |= 1ull << 63; // a state of 0 stays 0
    int64_t taken = pages_take(page, seed, &bad);
    for (int64_t i = 0; i < taken; i++)
        wrong += !page_is_same(page[i], seed + (uint64_t)i);
    pages_give_back(page, taken);
    kmem_free(page);
    kprintf("pagetest: %ld pages in %lu us, %ld not zeroed, %ld wrong\n", (long)taken,
            ((clock_ns() - from) / 1000), (long)bad, (long)wrong);
    return bad + wrong > 0 ? BTL_EIO : taken < pages ? BTL_ENOMEM : 0;
}

static int pagetest_unload(void)
{
    return 0;
}

BTL_MODULE("pagetest", .load = pagetest_load, .unload = pagetest_unload,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("checks some pages of the page allocator");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_NEEDS("clock:1.0");
BTL_NEEDS("entropy:1.0");
BTL_DEPENDS("clock,entropy");

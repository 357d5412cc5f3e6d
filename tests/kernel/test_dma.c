// SPDX-License-Identifier: BSD-2-Clause
// Memory for devices.
#include "world.h"

#include "arch/x86_64/cpu.h"
#include "vm/dma.h"
#include "vm/page.h"
#include "vm/vm.h"

#define FRAMES 64

static int begin(void **state)
{
    host_memory(FRAMES);
    world_begin("");
    world_seal();
    host_clear();
    return 0;
}

static int end(void **state)
{
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

TEST(memory_is_zeroed_in_one_piece_and_freed)
{
    uint64_t before = pages_owned(PF_FREE), physical;
    uint8_t *memory = dma_alloc(3 * BTL_PAGE_SIZE - 1, UINT64_MAX, &physical);

    assert_non_null(memory);
    assert_ptr_equal(memory, phys_to_virt(physical));
    assert_int_equal(pages_owned(PF_PAGES), 3);
    for (size_t i = 0; i < 3 * BTL_PAGE_SIZE; i++)
        assert_int_equal(memory[i], 0);
    dma_free(memory);
    dma_free(NULL);
    assert_int_equal(pages_owned(PF_FREE), before);
    assert_panics(dma_free(memory), "was not allocated by dma_alloc");
}

TEST(devices_with_few_address_lines)
{
    uint64_t physical, count = 0;

    // All pages below frame 8 can be had, and no page above.
    while (dma_alloc(1, 8 * BTL_PAGE_SIZE, &physical) != NULL) {
        assert_true(physical + BTL_PAGE_SIZE <= 8 * BTL_PAGE_SIZE);
        count++;
    }
    assert_in_range(count, 1, 7);
    assert_null(dma_alloc(1, 0, &physical));
    assert_non_null(dma_alloc(1, UINT64_MAX, &physical));
    dma_forget(BTL_STR("test"), 0, UINT64_MAX);
}

TEST(what_cannot_be_had)
{
    uint64_t physical, before = pages_owned(PF_FREE);

    assert_null(dma_alloc(0, UINT64_MAX, &physical));
    assert_null(dma_alloc(SIZE_MAX, UINT64_MAX, &physical));
    assert_null(dma_alloc(FRAMES * BTL_PAGE_SIZE, UINT64_MAX, &physical));
    host_fail_alloc(0);
    assert_null(dma_alloc(1, UINT64_MAX, &physical));
    host_fail_no_alloc();
    world_vm_ready = false;
    assert_null(dma_alloc(1, UINT64_MAX, &physical));
    assert_int_equal(dma_address(&physical, 8), 0);
    assert_int_equal(pages_owned(PF_FREE), before);
}

// It stays allocated, because its device may still write to it.
TEST(what_a_module_leaves)
{
    uint64_t physical;
    void *memory = dma_alloc(2 * BTL_PAGE_SIZE, UINT64_MAX, &physical);

    assert_non_null(memory);
    dma_forget(BTL_STR("mine"), 0, 1);
    assert_string_equal(host_printed(), "");
    dma_forget(BTL_STR("mine"), 0, UINT64_MAX);
    assert_contains(host_printed(),
                    "mine: did not free 8 KiB of memory for DMA; it stays allocated");
    assert_int_equal(pages_owned(PF_PAGES), 2);
    host_clear();
    dma_forget(BTL_STR("mine"), 0, UINT64_MAX);
    assert_string_equal(host_printed(), ""); // said once
}

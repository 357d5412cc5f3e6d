// SPDX-License-Identifier: BSD-2-Clause
// The ia64 tree for the window, and the translation registers of the hand-off, on the host: each
// mapping is looked up by an independent walker, which reads translations as the processor does
// (Itanium SDM volume 2, 4.1.1.5).
#include <btl/boot.h>
#include <btl/link.h>

#include "ia64/handoff_ia64.h"
#include "paging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#define WINDOW 0xa000000000000000ull
#define GIB    (1ull << 30)

struct tables {
    void *page[64];
    size_t count, limit;
};

static uint64_t alloc_table(void *owner)
{
    struct tables *tables = owner;
    if (tables->count == tables->limit)
        return 0;
    void *page = aligned_alloc(BTL_PAGE_SIZE, BTL_PAGE_SIZE);
    memset(page, 0, BTL_PAGE_SIZE);
    tables->page[tables->count++] = page;
    return (uintptr_t)page;
}

static void free_tables(struct tables *tables)
{
    while (tables->count > 0)
        free(tables->page[--tables->count]);
}

static struct paging fresh(struct tables *tables)
{
    return (struct paging){.cpu = {.no_execute = true, .physical_bits = 50},
                           .alloc_table = alloc_table,
                           .owner = tables};
}

static bool build(struct paging *paging)
{
    return paging_begin(paging) && paging_map_physical(paging, 0x1000, 0x3000) &&
           paging_map_physical(paging, 6 * GIB + 1, GIB) &&
           paging_map_window(paging, WINDOW + 0x1ff000, 0x5000, 0x3000,
                             BTL_PERM_READ | BTL_PERM_EXEC) &&
           paging_map_window(paging, WINDOW + 0x40000000, 0x3ffffffff000, 0x1000, BTL_PERM_READ) &&
           paging_map_window(paging, WINDOW + 0x7fffffe000, 0x9000, 0x2000,
                             BTL_PERM_READ | BTL_PERM_WRITE);
}

// Return the translation that a handler finds for an address; 0: none.
static uint64_t find(const struct paging *paging, uint64_t address)
{
    uint64_t entry = paging->root | 1;
    assert_int_equal(address >> 39, WINDOW >> 39);
    for (int shift = 30; shift >= 12; shift -= 9) {
        const uint64_t *table = (const uint64_t *)(uintptr_t)(entry & ~0xfffull);
        if (entry == 0)
            return 0;
        assert_int_equal(entry & 0xfff, 1);
        entry = table[(address >> shift) & 511];
    }
    return entry;
}

static void expect(const struct paging *paging, uint64_t address, uint64_t physical, int rights)
{
    uint64_t entry = find(paging, address);
    assert_int_equal(entry & 1, 1);           // present
    assert_int_equal(entry >> 1 & 1, 0);      // reserved
    assert_int_equal(entry >> 2 & 7, 0);      // write-back
    assert_int_equal(entry >> 5 & 3, 3);      // accessed, dirty: no fault for either
    assert_int_equal(entry >> 7 & 3, 0);      // privilege level
    assert_int_equal(entry >> 9 & 7, rights); // never 3, which is RWX
    assert_int_equal(entry & 0x3fffffffff000, physical);
    assert_int_equal(entry >> 50, 0);
}

TEST(test_window_is_what_was_asked_for)
{
    struct tables tables = {.limit = BTL_COUNT(tables.page)};
    struct paging paging = fresh(&tables);
    assert_true(build(&paging));
    assert_int_equal(find(&paging, WINDOW), 0);
    assert_int_equal(find(&paging, WINDOW + 0x1fe000), 0);
    expect(&paging, WINDOW + 0x1ff000, 0x5000, 1);
    expect(&paging, WINDOW + 0x200fff, 0x6000, 1); // across a table's end
    expect(&paging, WINDOW + 0x201000, 0x7000, 1);
    assert_int_equal(find(&paging, WINDOW + 0x202000), 0);
    expect(&paging, WINDOW + 0x40000008, 0x3ffffffff000, 0);
    assert_int_equal(find(&paging, WINDOW + 0x40001000), 0);
    expect(&paging, WINDOW + 0x7fffffe000, 0x9000, 2);
    expect(&paging, WINDOW + 0x7fffffffff, 0xa000, 2); // the window's last byte
    free_tables(&tables);
}

TEST(test_writable_is_never_executable)
{
    struct tables tables = {.limit = BTL_COUNT(tables.page)};
    struct paging paging = fresh(&tables);
    assert_true(paging_begin(&paging));
    for (uint8_t perm = 0; perm < 8; perm++) {
        uint64_t address = WINDOW + perm * BTL_PAGE_SIZE;
        assert_true(paging_map_window(&paging, address, 0x1000, BTL_PAGE_SIZE, perm));
        uint64_t rights = find(&paging, address) >> 9 & 7;
        assert_true(rights <= 2);
    }
    free_tables(&tables);
}

TEST(test_physical_memory_costs_no_table)
{
    struct tables tables = {.limit = 1};
    struct paging paging = fresh(&tables);
    assert_true(paging_begin(&paging));
    assert_true(paging_map_physical(&paging, 0, 4 * GIB));
    assert_true(paging_map_physical(&paging, 0, GIB));
    assert_true(paging_map_physical(&paging, 6 * GIB + 1, 1));
    assert_int_equal(paging.physical_end, 6 * GIB + BTL_PAGE_SIZE);
    assert_true(paging_map_physical(&paging, 7 * GIB, 0));
    assert_int_equal(paging.physical_end, 6 * GIB + BTL_PAGE_SIZE);
    free_tables(&tables);
}

TEST(test_what_a_translation_cannot_hold_is_left_out)
{
    struct tables tables = {.limit = 1};
    struct paging paging = fresh(&tables);
    assert_true(paging_begin(&paging));
    assert_true(paging_map_physical(&paging, 1ull << 50, GIB));
    assert_true(paging_map_physical(&paging, UINT64_MAX - 100, UINT64_MAX));
    assert_int_equal(paging.physical_end, 0);
    assert_true(paging_map_physical(&paging, (1ull << 50) - 4096, GIB));
    assert_int_equal(paging.physical_end, 1ull << 50);
    paging.physical_end = 0;
    paging.cpu.physical_bits = 44;
    assert_true(paging_map_physical(&paging, 0, UINT64_MAX));
    assert_int_equal(paging.physical_end, 1ull << 44);
    free_tables(&tables);
}

TEST(test_each_table_may_be_the_one_too_many)
{
    struct tables tables = {.limit = BTL_COUNT(tables.page)};
    struct paging paging = fresh(&tables);
    assert_true(build(&paging));
    size_t needed = tables.count;
    free_tables(&tables);
    for (size_t limit = 0; limit <= needed; limit++) {
        tables.limit = limit;
        paging = fresh(&tables);
        assert_int_equal(build(&paging), limit == needed);
        free_tables(&tables);
    }
}

// ------------------------------------------------------------------------ translation registers

static const struct handoff handoff = {.page_table_root = 0x7000,
                                       .entry = WINDOW + 0x100040,
                                       .manifest = 0xe000000000123000,
                                       .stack_top = WINDOW + 0x820000,
                                       .code = 0x30000,
                                       .gp = 0x1234,
                                       .backing_store = WINDOW + 0x830000,
                                       .stack_physical = 0x560000,
                                       .text = WINDOW + 0x100000,
                                       .text_physical = 0x700000,
                                       .text_size = 0x50000,
                                       .memory = 0x123400,
                                       .memory_count = 77};

static void expect_pin(const struct handoff_ia64 *all, int pin, uint64_t address, uint64_t physical,
                       int rights, int shift)
{
    assert_int_equal(all->pins[pin].address, address);
    assert_int_equal(all->pins[pin].itir, shift << 2);
    assert_int_equal(all->pins[pin].translation & 0x3fffffffff000, physical);
    assert_int_equal(all->pins[pin].translation & 0xfff, 0x61 | rights << 9);
    if (shift != 0) {
        assert_int_equal(address & ((1ull << shift) - 1), 0);
        assert_int_equal(physical & ((1ull << shift) - 1), 0);
    }
}

TEST(test_pins_are_the_documented_ones)
{
    struct handoff_ia64 all;
    handoff_ia64_fill(&handoff, &all);
    expect_pin(&all, PIN_CODE, 0xe000000000030000, 0x30000, 1, 16);
    expect_pin(&all, PIN_STACK, WINDOW + 0x810000, 0x560000, 2, 16);
    expect_pin(&all, PIN_STORE, WINDOW + 0x830000, 0x570000, 2, 16);
    expect_pin(&all, PIN_TEXT, WINDOW + 0x100000, 0x700000, 1, 18);
    assert_int_equal(all.sp, WINDOW + 0x820000 - 16);
    assert_int_equal(all.store, WINDOW + 0x830000);
    assert_int_equal(all.code, 0xe000000000030000);
    assert_int_equal(all.gp, 0x1234);
    assert_int_equal(all.root, 0x7000);
    assert_int_equal(all.kernel, WINDOW + 0x100040);
    assert_int_equal(all.memory, 0x123400);
    assert_int_equal(all.memory_count, 77);
}

TEST(test_text_is_pinned_as_far_as_one_page_goes)
{
    static const struct {
        uint64_t text, physical, size;
        int shift;
    } cases[] = {
        {WINDOW + 0x100000, 0x700000, 0x100000, 20}, {WINDOW + 0x100000, 0x700000, 0xfffff, 18},
        {WINDOW + 0x100000, 0x700000, 0x3ffff, 16},  {WINDOW + 0x100000, 0x700000, 0xffff, 14},
        {WINDOW + 0x100000, 0x700000, 0x4000, 14},   {WINDOW + 0x100000, 0x700000, 0x3fff, 0},
        {WINDOW + 0x110000, 0x710000, 0x100000, 16}, {WINDOW + 0x101000, 0x701000, 0x100000, 0},
        {WINDOW + 0x100000, 0x704000, 0x100000, 14}, {0, 0, 0, 0},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct handoff_ia64 all;
        struct handoff changed = handoff;
        changed.text = cases[i].text;
        changed.text_physical = cases[i].physical;
        changed.text_size = cases[i].size;
        handoff_ia64_fill(&changed, &all);
        expect_pin(&all, PIN_TEXT, cases[i].text, cases[i].physical, 1, cases[i].shift);
    }
}

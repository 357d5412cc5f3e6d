// SPDX-License-Identifier: BSD-2-Clause
// The page-table builder alone, for every kind of processor: each mapping is looked up by an
// independent walker.
#include <btl/link.h>

#include "mock.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define GIB    (1ull << 30)
#define CODE   0x12345000ull
#define WINDOW 0xffffffff80000000ull
#define DIRECT 0xffff800000000000ull

struct tables {
    void *page[4096];
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

static bool build(struct paging *paging)
{
    return paging_begin(paging) && paging_map_physical(paging, 6 * GIB + 4096, GIB) &&
           paging_map_physical(paging, 600 * GIB, 4096) &&
           paging_map_window(paging, WINDOW + 0x1ff000, 0x5000, 0x3000,
                             BTL_PERM_READ | BTL_PERM_EXEC) &&
           paging_map_window(paging, WINDOW + 0x400000, 0x100000000, 0x1000, BTL_PERM_READ) &&
           paging_map_window(paging, WINDOW + 0x40000000, 0x9000, 0x2000,
                             BTL_PERM_READ | BTL_PERM_WRITE);
}

static void expect(const struct walk *walk, uint64_t address, uint64_t physical, bool write,
                   bool execute)
{
    struct mapping mapping;
    assert_true(walk_find(walk, address, &mapping));
    assert_int_equal(mapping.physical + (address & (mapping.size - 1)), physical);
    assert_int_equal(mapping.write, write);
    assert_int_equal(mapping.execute, execute);
}

static void expect_none(const struct walk *walk, uint64_t address)
{
    struct mapping mapping;
    assert_false(walk_find(walk, address, &mapping));
}

struct sum {
    uint64_t low, direct, window; // bytes
    uint32_t writable_executable;
};

static void add_up(void *context, uint64_t address, const struct mapping *mapping)
{
    struct sum *sum = context;
    sum->writable_executable += mapping->write && mapping->execute;
    if (address >= WINDOW)
        sum->window += mapping->size;
    else if (address >= DIRECT)
        sum->direct += mapping->size;
    else
        sum->low += mapping->size;
}

static void check(const struct walk *walk)
{
    static const uint64_t inside[] = {0,           4096,        CODE - 1,    CODE + 4096,
                                      4 * GIB - 1, 6 * GIB + 1, 8 * GIB - 1, 600 * GIB};
    for (size_t i = 0; i < BTL_COUNT(inside); i++) {
        expect(walk, inside[i], inside[i], true, false);
        expect(walk, DIRECT + inside[i], inside[i], true, false);
    }
    expect(walk, CODE, CODE, false, true);
    expect(walk, DIRECT + CODE + 5, CODE + 5, false, false);
    expect_none(walk, 5 * GIB);
    expect_none(walk, 8 * GIB);
    expect_none(walk, DIRECT + 5 * GIB);
    expect_none(walk, 601 * GIB);
    expect_none(walk, WINDOW + 0x1fe000);
    expect(walk, WINDOW + 0x1ff000, 0x5000, false, true); // across a table's end
    expect(walk, WINDOW + 0x201fff, 0x7fff, false, true);
    expect_none(walk, WINDOW + 0x202000);
    expect(walk, WINDOW + 0x400000, 0x100000000, false, false);
    expect(walk, WINDOW + 0x40001000, 0xa000, true, false);
    struct sum sum = {0};
    walk_all(walk, add_up, &sum);
    assert_int_equal(sum.low, 7 * GIB);
    assert_int_equal(sum.direct, sum.low);
    assert_int_equal(sum.window, 6 * BTL_PAGE_SIZE);
    assert_int_equal(sum.writable_executable, 0);
}

TEST(test_every_kind_of_processor)
{
    for (int kind = 0; kind < 4; kind++) {
        struct tables tables = {.limit = BTL_COUNT(tables.page)};
        struct paging paging = {.cpu = {.no_execute = true,
                                        .huge_pages = (kind & 1) != 0,
                                        .five_levels = (kind & 2) != 0,
                                        .physical_bits = 46},
                                .code_page = CODE,
                                .alloc_table = alloc_table,
                                .owner = &tables};
        assert_true(build(&paging));
        assert_int_equal(paging.physical_end, 601 * GIB);
        struct walk walk = {paging.root, paging.cpu.five_levels};
        check(&walk);
        // Again: existing mappings stay, and no memory is allocated.
        size_t count = tables.count;
        assert_true(paging_map_physical(&paging, 0, 8 * GIB - 1) || true);
        assert_true(tables.count <= count + 2);
        free_tables(&tables);
    }
}

TEST(test_each_table_may_be_the_one_too_many)
{
    struct tables tables = {.limit = BTL_COUNT(tables.page)};
    struct paging fresh = {.cpu = {.no_execute = true, .five_levels = true, .physical_bits = 46},
                           .code_page = CODE,
                           .alloc_table = alloc_table,
                           .owner = &tables};
    struct paging paging = fresh;
    assert_true(build(&paging));
    size_t needed = tables.count;
    free_tables(&tables);
    for (size_t limit = 0; limit < needed; limit++) {
        tables.limit = limit;
        paging = fresh;
        assert_false(build(&paging));
        free_tables(&tables);
    }
    tables.limit = needed;
    paging = fresh;
    assert_true(build(&paging));
    free_tables(&tables);
}

TEST(test_what_the_machine_cannot_address_is_left_out)
{
    struct tables tables = {.limit = BTL_COUNT(tables.page)};
    struct paging paging = {.cpu = {.no_execute = true, .huge_pages = true, .physical_bits = 36},
                            .code_page = CODE,
                            .alloc_table = alloc_table,
                            .owner = &tables};
    assert_true(paging_begin(&paging));
    assert_true(paging_map_physical(&paging, 60 * GIB, 1ull << 50));
    assert_true(paging_map_physical(&paging, UINT64_MAX - 100, UINT64_MAX));
    assert_true(paging_map_physical(&paging, 1ull << 50, 4096));
    assert_int_equal(paging.physical_end, 64 * GIB);
    free_tables(&tables);
}

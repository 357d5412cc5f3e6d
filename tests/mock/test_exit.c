// SPDX-License-Identifier: BSD-2-Clause
// The end of boot services: stale keys, hostile memory maps, the memory attributes table.
#include "mock.h"

#include <string.h>

static struct mock *begin(void)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    return mock;
}

TEST(test_stale_keys_are_answered_with_a_new_map)
{
    for (uint32_t stale = 1; stale <= 7; stale++) {
        struct btl_manifest manifest;
        struct mock *mock = begin();
        mock->stale_keys = stale;
        mock_expect_boot(mock, NULL);
        assert_int_equal(mock->calls[MOCK_EXIT], stale + 1);
        mock_manifest(mock, &manifest);
        mock_end(mock);
    }
}

TEST(test_keys_stale_for_ever_reset_the_machine)
{
    struct mock *mock = begin();
    mock->stale_keys = UINT32_MAX;
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[boot-exit]"));
    assert_true(mock_said(mock, "cannot boot"));
    assert_true(mock->reset && !mock->key_waited);
    assert_int_equal(mock->calls[MOCK_EXIT], 8);
    mock_end(mock);
}

// After the first attempt the map cannot be had any more.
TEST(test_map_fails_after_a_stale_key)
{
    struct mock *mock = begin();
    mock->stale_keys = 1;
    mock_expect_boot(mock, NULL);
    uint32_t calls = mock->calls[MOCK_MEMORY_MAP];
    mock_end(mock);
    mock = begin();
    mock->stale_keys = 1;
    mock->fail_service = MOCK_MEMORY_MAP;
    mock->fail_at = calls;
    mock->fail_status = FW_BUFFER_TOO_SMALL;
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[boot-memory-map]"));
    assert_true(mock->reset);
    mock_end(mock);
}

TEST(test_map_that_never_fits)
{
    struct mock *mock = begin();
    mock->map_room = 1u << 20;
    mock_expect_stop(mock, "boot-memory-map");
}

static void stride_zero(struct mock *mock, struct fw_memory_map *map)
{
    map->stride = 0;
}

static void stride_short(struct mock *mock, struct fw_memory_map *map)
{
    map->stride = 24;
}

static void stride_odd(struct mock *mock, struct fw_memory_map *map)
{
    map->stride = 41;
}

static void size_beyond(struct mock *mock, struct fw_memory_map *map)
{
    map->size = map->capacity + 48;
}

static void size_zero(struct mock *mock, struct fw_memory_map *map)
{
    map->size = 0;
}

TEST(test_map_of_impossible_form)
{
    static void (*const changes[])(struct mock *, struct fw_memory_map *) = {
        stride_zero, stride_short, stride_odd, size_beyond, size_zero};
    for (size_t i = 0; i < BTL_COUNT(changes); i++) {
        struct mock *mock = begin();
        mock->change_map = changes[i];
        mock_expect_stop(mock, "boot-memory-map");
    }
}

static void put(struct fw_memory_map *map, uint64_t slot, uint32_t type, uint64_t start,
                uint64_t pages)
{
    struct btl_efi_memory descriptor = {.type = type, .physical = start, .pages = pages};
    memcpy((char *)map->descriptors + slot * map->stride, &descriptor, sizeof(descriptor));
}

// Overlaps, wrap-around, no pages, odd addresses, unknown types, beyond the processor's reach.
static void hostile(struct mock *mock, struct fw_memory_map *map)
{
    put(map, 0, 7, 0xfffffffffffff000ull, 0xffffffffffffull);
    put(map, 1, 7, 0, 0xfffffffffffffull);
    put(map, 2, 0x80000001, 0x8000000000000000ull, 1);
    put(map, 3, 7, 0x1001, 3);
    put(map, 4, 0, MOCK_MEMORY_START, MOCK_PAGES);
    put(map, 5, 7, 0x20000000, 0);
    put(map, 6, 7, 0xfffffffff000ull, 1);
}

TEST(test_hostile_map_is_survived)
{
    struct btl_manifest manifest;
    struct mock *mock = begin();
    mock->change_map = hostile;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest); // the reader checks order and overlaps
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_true(system->direct_map_size <= 1ull << 40); // physical_bits of the mock
    mock_end(mock);
}

// ------------------------------------------------------------------------ memory attributes table

#define XP 0x4000ull
#define RO 0x20000ull

static struct {
    uint32_t version, entries, stride, flags;
    struct btl_efi_memory entry[5];
} table;

static void set_entry(size_t index, uint32_t type, uint64_t start, uint64_t pages,
                      uint64_t attributes)
{
    table.entry[index] = (struct btl_efi_memory){
        .type = type, .physical = start, .pages = pages, .attributes = attributes};
}

static void expect_entry(const struct btl_manifest *manifest, uint64_t start, uint64_t end,
                         uint32_t type, uint64_t protection)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *entry = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (entry->start != start)
            continue;
        assert_int_equal(entry->start + entry->size, end);
        assert_int_equal(entry->type, type);
        assert_int_equal(entry->attributes, protection | 0xf | 1ull << 63);
        return;
    }
    fail_msg("no entry begins at %llx", (unsigned long long)start);
}

// The mock has runtime code at 2000000-2010000 and runtime data at 2010000-2020000.
static struct mock *begin_with_table(void)
{
    struct mock *mock = begin();
    memset(&table, 0, sizeof(table));
    table.version = 1;
    table.entries = BTL_COUNT(table.entry);
    table.stride = sizeof(struct btl_efi_memory);
    mock->facts.memory_attributes = (uintptr_t)&table;
    return mock;
}

TEST(test_runtime_memory_gets_its_permissions)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_with_table();
    set_entry(0, 5, 0x2000000, 1, XP);
    set_entry(1, 5, 0x2001000, 4, RO);
    set_entry(2, 5, 0x2005000, 2, XP);
    set_entry(3, 6, 0x2010000, 16, XP);
    set_entry(4, 6, 0x7777000, 1, XP); // not in the map
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_entry(&manifest, 0x2000000, 0x2001000, BTLM_MEM_RUNTIME_DATA, XP);
    expect_entry(&manifest, 0x2001000, 0x2005000, BTLM_MEM_RUNTIME_CODE, RO);
    expect_entry(&manifest, 0x2005000, 0x2007000, BTLM_MEM_RUNTIME_DATA, XP);
    expect_entry(&manifest, 0x2007000, 0x2010000, BTLM_MEM_RUNTIME_CODE, 0);
    expect_entry(&manifest, 0x2010000, 0x2020000, BTLM_MEM_RUNTIME_DATA, XP);
    mock_end(mock);
}

TEST(test_hostile_table_changes_nothing)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_with_table();
    set_entry(0, 7, 0x2000000, 1, RO);                      // not a runtime type
    set_entry(1, 5, 0x2000800, 1, RO);                      // not a page
    set_entry(2, 5, 0x2000000, 0, RO);                      // nothing
    set_entry(3, 5, 0x2001000, 0xfffffffffffffull, RO);     // leaves the address space
    set_entry(4, 5, 0xfffffffffffff000ull, UINT64_MAX, RO); // overflows
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_entry(&manifest, 0x2000000, 0x2010000, BTLM_MEM_RUNTIME_CODE, 0);
    mock_end(mock);
}

static struct {
    uint32_t version, entries, stride, flags;
    struct btl_efi_memory entry[4096];
} growing;

// At the last look at the map the table has entries that it did not have when the manifest was
// made.
static void grow_table(struct mock *mock, struct fw_memory_map *map)
{
    for (uint64_t at = 0; at < map->size; at += map->stride) {
        struct btl_efi_memory *descriptor = (void *)((char *)map->descriptors + at);
        if (descriptor->type == 5)
            descriptor->pages = BTL_COUNT(growing.entry);
    }
    if (mock->calls[MOCK_MEMORY_MAP] >= 4)
        growing.entries = BTL_COUNT(growing.entry);
}

// Behind the manifest lies the hand-off page.
TEST(test_table_that_grows_is_not_written_behind_the_manifest)
{
    struct btl_manifest manifest;
    struct mock *mock = begin();
    growing.version = 1;
    growing.entries = 0;
    growing.stride = sizeof(struct btl_efi_memory);
    for (size_t i = 0; i < BTL_COUNT(growing.entry); i++)
        growing.entry[i] = (struct btl_efi_memory){.type = 5,
                                                   .physical = 0x2000000 + i * BTL_PAGE_SIZE,
                                                   .pages = 1,
                                                   .attributes = i % 2 == 0 ? XP : RO};
    mock->facts.memory_attributes = (uintptr_t)&growing;
    mock->change_map = grow_table;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->calls[MOCK_MEMORY_MAP], 4);
    mock_manifest(mock, &manifest);
    assert_memory_equal((const void *)(uintptr_t)mock->handoff.code, handoff_code,
                        (size_t)(handoff_code_end - handoff_code));
    // The map is complete.
    const struct btlm_memory *last =
        btl_manifest_entry(&manifest, BTLM_MEMORY, btl_manifest_count(&manifest, BTLM_MEMORY) - 1);
    assert_int_equal(last->start + last->size, 0x180000000ull);
    mock_end(mock);
}

TEST(test_table_of_impossible_form_is_ignored)
{
    for (int defect = 0; defect < 3; defect++) {
        struct btl_manifest manifest;
        struct mock *mock = begin_with_table();
        set_entry(0, 5, 0x2000000, 16, RO);
        if (defect == 0)
            table.entries = UINT32_MAX;
        else if (defect == 1)
            table.stride = 8;
        else
            table.stride = UINT32_MAX;
        mock_expect_boot(mock, NULL);
        mock_manifest(mock, &manifest);
        expect_entry(&manifest, 0x2000000, 0x2010000, BTLM_MEM_RUNTIME_CODE, 0);
        mock_end(mock);
    }
}

TEST(test_overlapping_entries_of_the_table)
{
    struct btl_manifest manifest;
    struct mock *mock = begin_with_table();
    set_entry(0, 5, 0x2000000, 4, RO);
    set_entry(1, 5, 0x2002000, 4, XP);  // begins inside the first: not believed
    set_entry(2, 5, 0x2000000, 4, XP);  // goes back: not believed
    set_entry(3, 5, 0x2008000, 40, XP); // reaches into the next entry of the map
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_entry(&manifest, 0x2000000, 0x2004000, BTLM_MEM_RUNTIME_CODE, RO);
    expect_entry(&manifest, 0x2004000, 0x2008000, BTLM_MEM_RUNTIME_CODE, 0);
    expect_entry(&manifest, 0x2008000, 0x2010000, BTLM_MEM_RUNTIME_DATA, XP);
    expect_entry(&manifest, 0x2010000, 0x2020000, BTLM_MEM_RUNTIME_DATA, XP);
    mock_end(mock);
}

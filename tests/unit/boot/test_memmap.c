// SPDX-License-Identifier: BSD-2-Clause
// The memory map: each rule by itself, then random maps against a model that looks at every page.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include <btl/memmap.h>

#define PAGE     ((uint64_t)BTL_PAGE_SIZE)
#define MAP_SIZE 64

enum {
    RESERVED = 0,
    LOADER_CODE,
    LOADER_DATA,
    BOOT_CODE,
    BOOT_DATA,
    RUNTIME_CODE,
    RUNTIME_DATA,
    CONVENTIONAL,
    UNUSABLE,
    ACPI_RECLAIM,
    ACPI_NVS,
    MMIO,
    MMIO_PORT,
    PAL,
    PERSISTENT,
    UNACCEPTED
};

static struct btl_efi_memory pages(uint32_t type, uint64_t page, uint64_t count)
{
    return (struct btl_efi_memory){
        .type = type, .physical = page * PAGE, .pages = count, .attributes = 0xf};
}

static struct btl_own_range own_pages(enum btlm_memory_type type, uint64_t page, uint64_t count)
{
    return (struct btl_own_range){page * PAGE, count * PAGE, type};
}

// Copy the descriptors, `stride` bytes apart, to a block of exactly their size.
static uint64_t build_strided(const struct btl_efi_memory *descriptors, size_t count, size_t stride,
                              struct btl_own_range *own, size_t own_count, struct btlm_memory *map,
                              size_t capacity)
{
    uint8_t *block = malloc(count * stride + 1);
    assert_non_null(block);
    memset(block, 0xee, count * stride + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(block + i * stride, &descriptors[i],
               stride < sizeof(*descriptors) ? stride : sizeof(*descriptors));
    uint64_t needed =
        btl_memmap_build(block, count * stride, stride, own, own_count, map, capacity);
    free(block);
    return needed;
}

static uint64_t build(const struct btl_efi_memory *descriptors, size_t count,
                      struct btl_own_range *own, size_t own_count, struct btlm_memory *map)
{
    return build_strided(descriptors, count, 48, own, own_count, map, MAP_SIZE);
}

static void assert_entry(const struct btlm_memory *entry, enum btlm_memory_type type, uint64_t page,
                         uint64_t count)
{
    assert_int_equal(entry->type, type);
    assert_int_equal(entry->start, page * PAGE);
    assert_int_equal(entry->size, count * PAGE);
}

TEST(test_every_firmware_type_has_a_type)
{
    static const enum btlm_memory_type expected[] = {
        BTLM_MEM_RESERVED,      BTLM_MEM_LOADER,        BTLM_MEM_LOADER,
        BTLM_MEM_BOOT_SERVICES, BTLM_MEM_BOOT_SERVICES, BTLM_MEM_RUNTIME_CODE,
        BTLM_MEM_RUNTIME_DATA,  BTLM_MEM_USABLE,        BTLM_MEM_BAD,
        BTLM_MEM_ACPI_RECLAIM,  BTLM_MEM_ACPI_NVS,      BTLM_MEM_MMIO,
        BTLM_MEM_MMIO,          BTLM_MEM_RESERVED,      BTLM_MEM_PERSISTENT,
        BTLM_MEM_RESERVED};
    struct btlm_memory map[MAP_SIZE];
    for (uint32_t type = 0; type < BTL_COUNT(expected); type++) {
        struct btl_efi_memory descriptor = pages(type, 5, 3);
        assert_int_equal(build(&descriptor, 1, NULL, 0, map), 1);
        assert_entry(&map[0], expected[type], 5, 3);
        assert_int_equal(map[0].efi_type, type);
        assert_int_equal(map[0].attributes, 0xf);
    }
    static const uint32_t unknown[] = {16, 0x70000000, 0x80000001, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        struct btl_efi_memory descriptor = pages(unknown[i], 5, 3);
        assert_int_equal(build(&descriptor, 1, NULL, 0, map), 1);
        assert_entry(&map[0], BTLM_MEM_RESERVED, 5, 3);
    }
}

TEST(test_sorts_and_merges_neighbours)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(CONVENTIONAL, 20, 10), pages(BOOT_DATA, 10, 10),
                                           pages(CONVENTIONAL, 0, 4), pages(CONVENTIONAL, 4, 6),
                                           pages(CONVENTIONAL, 31, 1)};
    assert_int_equal(build(descriptors, BTL_COUNT(descriptors), NULL, 0, map), 4);
    assert_entry(&map[0], BTLM_MEM_USABLE, 0, 10);
    assert_entry(&map[1], BTLM_MEM_BOOT_SERVICES, 10, 10);
    assert_entry(&map[2], BTLM_MEM_USABLE, 20, 10);
    assert_entry(&map[3], BTLM_MEM_USABLE, 31, 1); // no descriptor covers page 30
}

TEST(test_different_attributes_or_firmware_types_stay_apart)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(BOOT_CODE, 0, 1), pages(BOOT_DATA, 1, 1),
                                           pages(BOOT_DATA, 2, 1)};
    descriptors[2].attributes = 1ull << 63;
    assert_int_equal(build(descriptors, BTL_COUNT(descriptors), NULL, 0, map), 3);
    assert_int_equal(map[0].efi_type, BOOT_CODE);
    assert_int_equal(map[1].efi_type, BOOT_DATA);
    assert_int_equal(map[2].attributes, 1ull << 63);
}

TEST(test_own_ranges_split_descriptors)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(LOADER_DATA, 10, 20), pages(CONVENTIONAL, 30, 10)};
    struct btl_own_range own[] = {own_pages(BTLM_MEM_STAGED, 29, 2),
                                  own_pages(BTLM_MEM_KERNEL, 12, 4)};
    assert_int_equal(build(descriptors, BTL_COUNT(descriptors), own, BTL_COUNT(own), map), 6);
    assert_entry(&map[0], BTLM_MEM_LOADER, 10, 2);
    assert_entry(&map[1], BTLM_MEM_KERNEL, 12, 4);
    assert_int_equal(map[1].efi_type, LOADER_DATA);
    assert_int_equal(map[1].attributes, 0xf);
    assert_entry(&map[2], BTLM_MEM_LOADER, 16, 13);
    assert_entry(&map[3], BTLM_MEM_STAGED, 29, 1); // two: the firmware's types differ below it
    assert_entry(&map[4], BTLM_MEM_STAGED, 30, 1);
    assert_int_equal(map[4].efi_type, CONVENTIONAL);
    assert_entry(&map[5], BTLM_MEM_USABLE, 31, 9);
}

TEST(test_own_ranges_are_there_where_the_firmware_says_nothing)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_own_range own[] = {own_pages(BTLM_MEM_MANIFEST, 100, 2)};
    assert_int_equal(build(NULL, 0, own, 1, map), 1);
    assert_entry(&map[0], BTLM_MEM_MANIFEST, 100, 2);
    assert_int_equal(map[0].attributes, 0);
}

TEST(test_own_ranges_that_are_wrong_are_survived)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_own_range own[] = {own_pages(BTLM_MEM_KERNEL, 4, 4),
                                  own_pages(BTLM_MEM_STAGED, 6, 4),
                                  own_pages(BTLM_MEM_EARLY, 7, 0),
                                  {UINT64_MAX - PAGE + 1 - 2 * PAGE, UINT64_MAX, BTLM_MEM_MODULES}};
    assert_int_equal(build(NULL, 0, own, BTL_COUNT(own), map), 3);
    assert_entry(&map[0], BTLM_MEM_KERNEL, 4, 4);
    assert_entry(&map[1], BTLM_MEM_STAGED, 8, 2);
    assert_int_equal(map[2].start + map[2].size, -PAGE);
}

TEST(test_the_more_restrictive_type_wins)
{
    static const uint32_t order[] = {CONVENTIONAL, BOOT_DATA, LOADER_DATA,  ACPI_RECLAIM,
                                     PERSISTENT,   ACPI_NVS,  RUNTIME_DATA, RUNTIME_CODE,
                                     MMIO,         RESERVED,  UNUSABLE};
    struct btlm_memory map[MAP_SIZE];
    for (size_t i = 0; i + 1 < BTL_COUNT(order); i++) {
        struct btl_efi_memory descriptors[] = {pages(order[i], 0, 10), pages(order[i + 1], 4, 2)};
        assert_int_equal(build(descriptors, 2, NULL, 0, map), 3);
        assert_int_equal(map[0].efi_type, order[i]);
        assert_int_equal(map[1].efi_type, order[i + 1]);
        assert_int_equal(map[1].size, 2 * PAGE);
        assert_int_equal(map[2].efi_type, order[i]);

        struct btl_efi_memory turned[] = {pages(order[i + 1], 0, 10), pages(order[i], 4, 2)};
        assert_int_equal(build(turned, 2, NULL, 0, map), 1);
        assert_int_equal(map[0].efi_type, order[i + 1]);
    }
}

TEST(test_strides_that_are_large_or_odd_are_followed)
{
    struct btlm_memory map[MAP_SIZE];
    static const size_t strides[] = {40, 41, 47, 48, 64, 100, 4096};
    struct btl_efi_memory descriptors[] = {pages(MMIO, 9, 1), pages(BOOT_DATA, 3, 2),
                                           pages(CONVENTIONAL, 0, 3)};
    for (size_t i = 0; i < BTL_COUNT(strides); i++) {
        assert_int_equal(build_strided(descriptors, 3, strides[i], NULL, 0, map, MAP_SIZE), 3);
        assert_entry(&map[0], BTLM_MEM_USABLE, 0, 3);
        assert_entry(&map[1], BTLM_MEM_BOOT_SERVICES, 3, 2);
        assert_entry(&map[2], BTLM_MEM_MMIO, 9, 1);
    }
}

TEST(test_a_stride_too_small_gives_no_map)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptor = pages(CONVENTIONAL, 0, 3);
    struct btl_own_range own[] = {own_pages(BTLM_MEM_KERNEL, 0, 1)};
    for (size_t stride = 0; stride < 40; stride++)
        assert_int_equal(build_strided(&descriptor, 1, stride, own, 1, map, MAP_SIZE), 0);
}

TEST(test_a_last_descriptor_that_is_cut_off_is_left_out)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(CONVENTIONAL, 0, 3), pages(MMIO, 9, 1)};
    uint8_t *block = malloc(48 + 47);
    assert_non_null(block);
    memcpy(block, &descriptors[0], 40);
    memcpy(block + 48, &descriptors[1], 40);
    assert_int_equal(btl_memmap_build(block, 48 + 47, 48, NULL, 0, map, MAP_SIZE), 1);
    free(block);
}

TEST(test_memory_past_the_address_space_is_cut_or_not_believed)
{
    struct btlm_memory map[MAP_SIZE];
    static const struct {
        uint64_t physical, pages;
    } hostile[] = {
        {PAGE, UINT64_MAX}, {PAGE, 1ull << 52},   {PAGE, (1ull << 52) - 1},    {-16 * PAGE, 17},
        {-16 * PAGE, 16},   {-16 * PAGE + 1, 15}, {PAGE + 1, (1ull << 52) + 5}};
    for (size_t i = 0; i < BTL_COUNT(hostile); i++) {
        struct btl_efi_memory descriptor = pages(CONVENTIONAL, 0, hostile[i].pages);
        descriptor.physical = hostile[i].physical;
        assert_int_equal(build(&descriptor, 1, NULL, 0, map), 0);
        descriptor.type = RESERVED;
        assert_int_equal(build(&descriptor, 1, NULL, 0, map), 1);
        assert_int_equal(map[0].start, hostile[i].physical & -PAGE);
        assert_int_equal(map[0].start + map[0].size, -PAGE);
    }
    struct btl_efi_memory last = pages(RESERVED, 0, 1); // the one page that cannot be described
    last.physical = -PAGE;
    assert_int_equal(build(&last, 1, NULL, 0, map), 0);
}

TEST(test_parts_of_pages_shrink_or_grow)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(CONVENTIONAL, 1, 3), pages(MMIO, 8, 3)};
    descriptors[0].physical += 8;
    descriptors[1].physical += 8;
    assert_int_equal(build(descriptors, 2, NULL, 0, map), 2);
    assert_entry(&map[0], BTLM_MEM_USABLE, 2, 2);
    assert_entry(&map[1], BTLM_MEM_MMIO, 8, 4);
}

TEST(test_descriptors_without_pages_are_left_out)
{
    struct btlm_memory map[MAP_SIZE];
    struct btl_efi_memory descriptors[] = {pages(UNUSABLE, 1, 0), pages(CONVENTIONAL, 0, 4)};
    assert_int_equal(build(descriptors, 2, NULL, 0, map), 1);
    assert_entry(&map[0], BTLM_MEM_USABLE, 0, 4);
}

TEST(test_a_map_too_small_is_filled_and_the_need_returned)
{
    struct btl_efi_memory descriptors[10];
    for (size_t i = 0; i < 10; i++)
        descriptors[i] = pages(i % 2 == 0 ? CONVENTIONAL : MMIO, 10 * i, 10);
    for (size_t capacity = 0; capacity <= 10; capacity++) {
        struct btlm_memory *map = malloc(capacity * sizeof(*map) + 1); // ASan sees its end
        assert_non_null(map);
        assert_int_equal(build_strided(descriptors, 10, 40, NULL, 0, map, capacity), 10);
        for (size_t i = 0; i < capacity; i++)
            assert_int_equal(map[i].start, 10 * i * PAGE);
        free(map);
    }
}

// ------------------------------------------------------------------------------------- the model

#define MODEL_PAGES 48

static uint32_t random_below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*seed >> 33) % limit;
}

static int restriction(uint32_t efi_type)
{
    static const uint8_t rank[] = {
        [CONVENTIONAL] = 1, [BOOT_CODE] = 2,    [BOOT_DATA] = 2,   [LOADER_CODE] = 3,
        [LOADER_DATA] = 3,  [ACPI_RECLAIM] = 4, [PERSISTENT] = 5,  [ACPI_NVS] = 6,
        [RUNTIME_DATA] = 7, [RUNTIME_CODE] = 8, [MMIO] = 9,        [MMIO_PORT] = 9,
        [RESERVED] = 10,    [PAL] = 10,         [UNACCEPTED] = 10, [UNUSABLE] = 11};
    return efi_type < BTL_COUNT(rank) ? rank[efi_type] : 10;
}

// The whole pages that a descriptor stands for.
static void model_range(const struct btl_efi_memory *at, uint64_t *start, uint64_t *end)
{
    bool shrink = restriction(at->type) <= 4;
    uint64_t first = at->physical, last = at->physical + at->pages * PAGE;
    *start = shrink ? (first + PAGE - 1) / PAGE : first / PAGE;
    *end = shrink ? last / PAGE : (last + PAGE - 1) / PAGE;
    if (at->pages == 0)
        *end = *start;
}

static bool covers(const struct btl_efi_memory *at, uint64_t page)
{
    uint64_t start, end;
    model_range(at, &start, &end);
    return start <= page && page < end;
}

// The restriction that wins on a page, 0 when nothing covers it; and how far its furthest
// descriptor reaches.
static int model_winner(const struct btl_efi_memory *at, size_t count, uint64_t page,
                        uint64_t *ret_end)
{
    int best = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t start, end;
        model_range(&at[i], &start, &end);
        if (!covers(&at[i], page) || restriction(at[i].type) < best)
            continue;
        *ret_end = restriction(at[i].type) == best && *ret_end > end ? *ret_end : end;
        best = restriction(at[i].type);
    }
    return best;
}

static const struct btlm_memory *entry_of(const struct btlm_memory *map, uint64_t count,
                                          uint64_t page)
{
    const struct btlm_memory *found = NULL;
    for (uint64_t i = 0; i < count; i++) {
        if (page * PAGE - map[i].start < map[i].size) {
            assert_null(found); // entries do not overlap
            found = &map[i];
        }
    }
    return found;
}

static void check_page(const struct btl_efi_memory *at, size_t count,
                       const struct btl_own_range *own, size_t own_count,
                       const struct btlm_memory *entry, uint64_t page)
{
    uint64_t furthest = 0;
    int best = model_winner(at, count, page, &furthest);
    const struct btl_own_range *mine = NULL;
    for (size_t i = 0; i < own_count; i++) {
        if (page * PAGE - own[i].start < own[i].size)
            mine = &own[i];
    }
    if (best == 0 && mine == NULL) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    if (mine != NULL)
        assert_int_equal(entry->type, mine->type);
    if (best == 0)
        return;
    // Firmware type and attributes are those of a descriptor that wins here and reaches furthest.
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t start, end;
        model_range(&at[i], &start, &end);
        found |= covers(&at[i], page) && restriction(at[i].type) == best && end == furthest &&
                 at[i].type == entry->efi_type && at[i].attributes == entry->attributes;
    }
    assert_true(found);
}

TEST(test_random_maps_agree_with_the_model)
{
    uint64_t seed = 1;
    for (int round = 0; round < 6000; round++) {
        struct btl_efi_memory at[12];
        struct btl_own_range own[3];
        struct btlm_memory map[MAP_SIZE];
        size_t count = random_below(&seed, 13), own_count = random_below(&seed, 4);
        bool odd = random_below(&seed, 2) == 0;
        for (size_t i = 0; i < count; i++) {
            at[i] =
                pages(random_below(&seed, 18), random_below(&seed, 36), random_below(&seed, 12));
            at[i].attributes = random_below(&seed, 2);
            at[i].physical += odd ? random_below(&seed, BTL_PAGE_SIZE) : 0;
        }
        for (size_t i = 0; i < own_count; i++) // one in each third: they may touch, not overlap
            own[i] = own_pages(BTLM_MEM_STAGED + random_below(&seed, 5),
                               16 * i + random_below(&seed, 8), random_below(&seed, 9));
        uint64_t needed =
            build_strided(at, count, 40 + random_below(&seed, 20), own, own_count, map, MAP_SIZE);
        assert_true(needed <= MAP_SIZE);
        for (uint64_t i = 1; i < needed; i++) {
            assert_true(map[i - 1].start + map[i - 1].size <= map[i].start);
            assert_false(map[i - 1].start + map[i - 1].size == map[i].start &&
                         map[i - 1].type == map[i].type && map[i - 1].efi_type == map[i].efi_type &&
                         map[i - 1].attributes == map[i].attributes);
        }
        for (uint64_t page = 0; page < MODEL_PAGES; page++)
            check_page(at, count, own, own_count, entry_of(map, needed, page), page);
    }
}

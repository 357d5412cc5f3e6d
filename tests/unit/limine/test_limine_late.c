// SPDX-License-Identifier: BSD-2-Clause
// The responses that are complete only when boot services end.
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limine_sample.h"

#define DIRECT   0xffff800000000000ull
#define PHYSICAL 0x123000ull
#define PAGE     ((uint64_t)BTL_PAGE_SIZE)

static const struct btl_limine_processor processors[] = {{0, 4}, {1, 5}, {7, 300}, {8, 301}};

struct late {
    struct limine_sample s;
    struct btl_limine_answers answers;
};

static void late_begin(struct late *l, uint64_t revision, uint64_t framebuffer_page,
                       uint64_t capacity)
{
    struct btl_limine_facts facts = {.direct_map = DIRECT,
                                     .memory_capacity = capacity,
                                     .processors = processors,
                                     .processor_count = 4};
    if (framebuffer_page != 0) {
        facts.format = 1;
        facts.framebuffer = framebuffer_page * PAGE;
        facts.framebuffer_size = 2 * PAGE;
    }
    limine_sample(&l->s, revision);
    limine_request(&l->s, BTL_LIMINE_MEMORY_MAP, 0, 0);
    limine_request(&l->s, BTL_LIMINE_EFI_MAP, 0, 0);
    limine_request(&l->s, BTL_LIMINE_MP, 0, 0);
    limine_request(&l->s, BTL_LIMINE_MANIFEST, 0, 0);
    limine_request(&l->s, BTL_LIMINE_PERFORMANCE, 0, 0);
    assert_true(limine_found(&l->s));
    l->answers = (struct btl_limine_answers){.physical = PHYSICAL};
    btl_limine_answer(&facts, &l->s.requests, &l->answers);
    l->answers = (struct btl_limine_answers){
        .memory = calloc(1, l->answers.used), .physical = PHYSICAL, .size = l->answers.used};
    btl_limine_answer(&facts, &l->s.requests, &l->answers);
}

static void late_end(struct late *l)
{
    free(l->answers.memory);
    limine_sample_end(&l->s);
}

static void *late_at(const struct late *l, uint64_t address, uint64_t size)
{
    uint64_t offset = address - DIRECT - PHYSICAL;
    assert_true(btl_in_range(offset, size, l->answers.size));
    return l->answers.memory + offset;
}

static void *late_response(const struct late *l, enum btl_limine_feature feature, uint64_t size)
{
    return late_at(l, limine_word(&l->s, l->s.requests.at[feature] + 40), size);
}

static struct btlm_memory pages(enum btlm_memory_type type, uint64_t page, uint64_t count)
{
    return (struct btlm_memory){.start = page * PAGE, .size = count * PAGE, .type = type};
}

// Compare the map with "first page+pages type" for each entry.
static void check_map(struct late *l, const struct btlm_memory *map, uint64_t count, bool fits,
                      const char *expected)
{
    char text[512] = "";
    assert_int_equal(btl_limine_answer_memory(&l->answers, map, count), fits);
    struct btl_limine_list_response *list = late_response(l, BTL_LIMINE_MEMORY_MAP, sizeof(*list));
    for (uint64_t i = 0; fits && i < list->count; i++) {
        uint64_t pointer = *(uint64_t *)late_at(l, list->entries + 8 * i, 8);
        struct btl_limine_memory *entry = late_at(l, pointer, sizeof(*entry));
        sprintf(text + strlen(text), "%s%llu+%llu:%llu", i == 0 ? "" : " ",
                (unsigned long long)(entry->base / PAGE),
                (unsigned long long)(entry->length / PAGE), (unsigned long long)entry->type);
    }
    assert_string_equal(text, expected);
}

TEST(each_type)
{
    struct late l;
    struct btlm_memory map[BTLM_MEM_TYPES];
    late_begin(&l, 2, 0, BTLM_MEM_TYPES);
    for (uint32_t i = 0; i < BTLM_MEM_TYPES; i++)
        map[i] = pages((enum btlm_memory_type)i, 10 * i + 1, 1);
    check_map(&l, map, BTLM_MEM_TYPES, true,
              "1+1:0 11+1:5 21+1:5 31+1:6 41+1:6 51+1:6 61+1:6 71+1:6 81+1:2 91+1:3 101+1:1 "
              "111+1:1 121+1:1 131+1:1 141+1:1 151+1:4");
    late_end(&l);
}

TEST(neighbours_of_one_type_are_merged)
{
    struct late l;
    late_begin(&l, 2, 0, 8);
    const struct btlm_memory map[] = {
        pages(BTLM_MEM_LOADER, 1, 2),    pages(BTLM_MEM_BOOT_SERVICES, 3, 1),
        pages(BTLM_MEM_LOADER, 4, 4),    pages(BTLM_MEM_USABLE, 8, 2),
        pages(BTLM_MEM_USABLE, 11, 1),   pages(BTLM_MEM_MMIO, 12, 1),
        pages(BTLM_MEM_RESERVED, 13, 1),
    };
    check_map(&l, map, BTL_COUNT(map), true, "1+7:5 8+2:0 11+1:0 12+2:1");
    late_end(&l);
}

static void check_first_page(uint64_t revision, const char *expected)
{
    struct late l;
    late_begin(&l, revision, 0, 4);
    const struct btlm_memory map[] = {pages(BTLM_MEM_USABLE, 0, 3), pages(BTLM_MEM_LOADER, 3, 1)};
    check_map(&l, map, 2, true, expected);
    const struct btlm_memory one[] = {pages(BTLM_MEM_USABLE, 0, 1)};
    check_map(&l, one, 1, true, revision <= 2 ? "0+1:1" : "0+1:0");
    late_end(&l);
}

TEST(the_first_page)
{
    check_first_page(0, "0+1:1 1+2:0 3+1:5");
    check_first_page(2, "0+1:1 1+2:0 3+1:5");
    check_first_page(3, "0+3:0 3+1:5");
}

static void check_framebuffer(uint64_t page, const char *expected)
{
    struct late l;
    late_begin(&l, 2, page, 8);
    const struct btlm_memory map[] = {pages(BTLM_MEM_USABLE, 10, 10),
                                      pages(BTLM_MEM_RESERVED, 20, 10),
                                      pages(BTLM_MEM_LOADER, 40, 1)};
    check_map(&l, map, 3, true, expected);
    late_end(&l);
}

TEST(the_framebuffer)
{
    check_framebuffer(1, "1+2:7 10+10:0 20+10:1 40+1:5");
    check_framebuffer(8, "8+2:7 10+10:0 20+10:1 40+1:5");
    check_framebuffer(9, "10+10:0 20+10:1 40+1:5"); // overlaps memory: left out
    check_framebuffer(19, "10+10:0 20+10:1 40+1:5");
    check_framebuffer(25, "10+10:0 20+10:1 25+2:7 40+1:5");
    check_framebuffer(38, "10+10:0 20+10:1 38+2:7 40+1:5");
    check_framebuffer(39, "10+10:0 20+10:1 40+1:5");
    check_framebuffer(50, "10+10:0 20+10:1 40+1:5 50+2:7");
}

TEST(a_map_that_is_too_long)
{
    struct late l;
    late_begin(&l, 2, 0, 2);
    const struct btlm_memory map[] = {pages(BTLM_MEM_USABLE, 0, 3), pages(BTLM_MEM_LOADER, 3, 1),
                                      pages(BTLM_MEM_USABLE, 4, 1)};
    check_map(&l, map, 2, true, "0+1:1 1+2:0 3+1:5"); // one entry more is reserved
    check_map(&l, map, 3, false, "");
    late_end(&l);
}

TEST(maps)
{
    // Type by type: is the memory in the direct map of revision 0, 1, 2, 3?
    static const char *const expected[] = {"1111", "1000", "1110", "1110",
                                           "1000", "1111", "1111", "1111"};
    for (unsigned type = 0; type < BTL_COUNT(expected); type++) {
        for (uint32_t revision = 0; revision <= 3; revision++)
            assert_int_equal(btl_limine_is_mapped((enum btl_limine_memory_type)type, revision),
                             expected[type][revision] == '1');
    }
}

TEST(the_processors_that_started)
{
    struct late l;
    const bool started[] = {false, false, true, true};
    late_begin(&l, 2, 0, 2);
    struct btl_limine_mp_response *mp = late_response(&l, BTL_LIMINE_MP, sizeof(*mp));
    assert_int_equal(mp->cpu_count, 1);
    btl_limine_answer_mp(&l.answers, started, true);
    assert_int_equal(mp->flags, BTL_LIMINE_X2APIC);
    assert_int_equal(mp->bsp_lapic_id, 4);
    assert_int_equal(mp->cpu_count, 3);
    static const uint32_t ids[] = {4, 300, 301};
    for (uint64_t i = 0; i < 3; i++) {
        struct btl_limine_cpu *cpu =
            late_at(&l, *(uint64_t *)late_at(&l, mp->cpus + 8 * i, 8), sizeof(*cpu));
        assert_int_equal(cpu->lapic_id, ids[i]);
        assert_int_equal(cpu->goto_address, 0);
    }
    late_end(&l);
}

TEST(manifest_map_and_time)
{
    struct late l;
    late_begin(&l, 2, 0, 2);
    btl_limine_answer_manifest(&l.answers, 0x9000, 0x8000);
    btl_limine_answer_efi_map(&l.answers, 0x4000, 480, 48);
    btl_limine_answer_performance(&l.answers, 5);
    struct btl_limine_pair_response *manifest =
        late_response(&l, BTL_LIMINE_MANIFEST, sizeof(*manifest));
    assert_true(manifest->value[0] == DIRECT + 0x9000);
    assert_int_equal(manifest->value[1], 0x8000);
    struct btl_limine_efi_map_response *map = late_response(&l, BTL_LIMINE_EFI_MAP, sizeof(*map));
    assert_true(map->map == DIRECT + 0x4000);
    assert_int_equal(map->size, 480);
    assert_int_equal(map->stride, 48);
    assert_int_equal(map->version, 1);
    struct btl_limine_performance_response *time =
        late_response(&l, BTL_LIMINE_PERFORMANCE, sizeof(*time));
    assert_int_equal(time->kernel, 5);
    late_end(&l);
}

// SPDX-License-Identifier: BSD-2-Clause
// The responses to a Limine kernel, read as the kernel reads them: through the addresses in its
// requests.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include "limine_sample.h"

#define DIRECT   0xffff800000000000ull
#define PHYSICAL 0x123000ull

static const struct btlm_volume volume = {
    .kind = BTLM_VOLUME_GPT, .partition = 2, .guid = {1, 2, 3, 4, 5, 6, 7, 8, 9}};
static const struct btl_limine_processor processors[] = {{0, 4}, {1, 5}, {7, 300}};
static const struct btl_limine_module modules[] = {
    {0x5000, 10, {"/a.img", 6}, {"first", 5}},
    {0x7000, 0x2000, {"/dir/b", 6}, {"", 0}},
};

static struct btl_limine_facts facts(void)
{
    return (struct btl_limine_facts){
        .direct_map = DIRECT,
        .version = BTL_STR("1.2"),
        .command_line = BTL_STR("console=com1 -v"),
        .paging_mode = 1,
        .framebuffer = 0x80000100,
        .framebuffer_size = 0x300000,
        .width = 1024,
        .height = 768,
        .stride = 1056,
        .format = 2,
        .rsdp = 0xe0000,
        .smbios3 = 0xf0000,
        .system_table = 0x7f000,
        .dated = true,
        .date = 951825600,
        .loader_microseconds = 77,
        .kernel_physical = 0x200000,
        .kernel_base = LIMINE_BASE,
        .kernel_file = {0x300000, 0x4321, {"/boot/kernel", 12}, {"console=com1 -v", 15}},
        .modules = modules,
        .module_count = 2,
        .volume = &volume,
        .memory_capacity = 8,
        .processors = processors,
        .processor_count = 3,
    };
}

struct answered {
    struct limine_sample s;
    struct btl_limine_answers answers;
};

// Measure, allocate exactly that, write.
static void answer(struct answered *a, const struct btl_limine_facts *what)
{
    struct btl_limine_answers measured = {.physical = PHYSICAL};
    assert_true(limine_found(&a->s));
    btl_limine_answer(what, &a->s.requests, &measured);
    a->answers = (struct btl_limine_answers){
        .memory = calloc(1, measured.used), .physical = PHYSICAL, .size = measured.used};
    btl_limine_answer(what, &a->s.requests, &a->answers);
    assert_int_equal(a->answers.used, measured.used);
}

static void answered_end(struct answered *a)
{
    free(a->answers.memory);
    limine_sample_end(&a->s);
}

// Return what lies at an address of the direct map: `size` bytes inside the block.
static void *at(const struct answered *a, uint64_t address, uint64_t size)
{
    uint64_t offset = address - DIRECT - PHYSICAL;
    assert_true(btl_in_range(offset, size, a->answers.size));
    return a->answers.memory + offset;
}

static const char *text_at(const struct answered *a, uint64_t address)
{
    const char *text = at(a, address, 1);
    size_t max = a->answers.size - (size_t)((const uint8_t *)text - a->answers.memory);
    assert_true(strnlen(text, max) < max);
    return text;
}

// All features, in the order of the table.
static void all_requests(struct answered *a, uint64_t revision)
{
    limine_sample(&a->s, revision);
    for (int i = 0; i < BTL_LIMINE_FEATURES; i++)
        limine_request(&a->s, (enum btl_limine_feature)i, 0, 0);
}

static void *response(const struct answered *a, enum btl_limine_feature feature, uint64_t size)
{
    return at(a, limine_word(&a->s, a->s.requests.at[feature] + 40), size);
}

static uint64_t value_of(const struct answered *a, enum btl_limine_feature feature)
{
    struct btl_limine_value_response *value = response(a, feature, sizeof(*value));
    assert_int_equal(value->revision, 0);
    return value->value;
}

static const uint64_t *pair_of(const struct answered *a, enum btl_limine_feature feature)
{
    struct btl_limine_pair_response *pair = response(a, feature, sizeof(*pair));
    return pair->value;
}

static uint64_t pointer_of(const struct answered *a, uint64_t pointers, uint64_t index)
{
    return *(uint64_t *)at(a, pointers + 8 * index, 8);
}

TEST(simple_values)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    all_requests(&a, 2);
    answer(&a, &what);
    assert_true(value_of(&a, BTL_LIMINE_HHDM) == DIRECT);
    assert_int_equal(value_of(&a, BTL_LIMINE_PAGING_MODE), 1);
    assert_int_equal(value_of(&a, BTL_LIMINE_FIRMWARE), 2);
    assert_int_equal(value_of(&a, BTL_LIMINE_DATE), 951825600);
    assert_string_equal(text_at(&a, value_of(&a, BTL_LIMINE_COMMAND_LINE)), "console=com1 -v");
    assert_string_equal(text_at(&a, pair_of(&a, BTL_LIMINE_LOADER)[0]), "BTL");
    assert_string_equal(text_at(&a, pair_of(&a, BTL_LIMINE_LOADER)[1]), "1.2");
    assert_int_equal(pair_of(&a, BTL_LIMINE_KERNEL_ADDRESS)[0], 0x200000);
    assert_true(pair_of(&a, BTL_LIMINE_KERNEL_ADDRESS)[1] == LIMINE_BASE);
    answered_end(&a);
}

static void check_tables(uint64_t revision, uint64_t plus)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    all_requests(&a, revision);
    answer(&a, &what);
    assert_true(value_of(&a, BTL_LIMINE_RSDP) == 0xe0000 + plus);
    assert_true(value_of(&a, BTL_LIMINE_SYSTEM_TABLE) == 0x7f000 + plus);
    assert_int_equal(pair_of(&a, BTL_LIMINE_SMBIOS)[0], 0);
    assert_true(pair_of(&a, BTL_LIMINE_SMBIOS)[1] == 0xf0000 + plus);
    answered_end(&a);
}

TEST(tables_of_the_firmware_are_physical_in_revision_3)
{
    check_tables(0, DIRECT);
    check_tables(1, DIRECT);
    check_tables(2, DIRECT);
    check_tables(3, 0);
    check_tables(9, 0);
}

static void check_tag(uint64_t requested, uint64_t second, uint64_t third)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    all_requests(&a, requested);
    answer(&a, &what);
    assert_true(limine_word(&a.s, LIMINE_TAG_AT) == BTL_LIMINE_TAG_0);
    assert_true(limine_word(&a.s, LIMINE_TAG_AT + 8) == second);
    assert_true(limine_word(&a.s, LIMINE_TAG_AT + 16) == third);
    answered_end(&a);
}

TEST(the_tag_says_what_the_kernel_gets)
{
    check_tag(0, 0, 0);
    check_tag(1, 1, 0);
    check_tag(2, 2, 0);
    check_tag(3, 3, 0);
    check_tag(4, 3, 4);
}

TEST(framebuffers)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    all_requests(&a, 2);
    answer(&a, &what);
    struct btl_limine_list_response *list = response(&a, BTL_LIMINE_FRAMEBUFFER, sizeof(*list));
    assert_int_equal(list->revision, 1);
    assert_int_equal(list->count, 1);
    struct btl_limine_framebuffer *buffer =
        at(&a, pointer_of(&a, list->entries, 0), sizeof(*buffer));
    assert_true(buffer->address == DIRECT + 0x80000100);
    assert_int_equal(buffer->pitch, 1056 * 4);
    assert_int_equal(buffer->red_shift, 16);
    assert_int_equal(buffer->blue_shift, 0);
    assert_int_equal(buffer->mode_count, 1);
    struct btl_limine_video_mode *mode = at(&a, pointer_of(&a, buffer->modes, 0), sizeof(*mode));
    assert_int_equal(mode->width, 1024);
    assert_int_equal(mode->height, 768);
    assert_int_equal(mode->red_shift, 16);
    answered_end(&a);
}

static void check_file(const struct answered *a, uint64_t address, uint64_t physical, uint64_t size,
                       const char *path, const char *string)
{
    struct btl_limine_file *file = at(a, address, sizeof(*file));
    assert_true(file->address == DIRECT + physical);
    assert_int_equal(file->size, size);
    assert_string_equal(text_at(a, file->path), path);
    assert_string_equal(text_at(a, file->string), string);
    assert_int_equal(file->partition, 2);
    assert_memory_equal(&file->gpt_partition, volume.guid, 16);
    assert_int_equal(file->mbr_disk, 0);
}

TEST(files)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    all_requests(&a, 2);
    answer(&a, &what);
    check_file(&a, value_of(&a, BTL_LIMINE_KERNEL_FILE), 0x300000, 0x4321, "/boot/kernel",
               "console=com1 -v");
    struct btl_limine_list_response *list = response(&a, BTL_LIMINE_MODULES, sizeof(*list));
    assert_int_equal(list->count, 2);
    check_file(&a, pointer_of(&a, list->entries, 0), 0x5000, 10, "/a.img", "first");
    check_file(&a, pointer_of(&a, list->entries, 1), 0x7000, 0x2000, "/dir/b", "");
    answered_end(&a);
}

// What does not exist has no response.
TEST(absent_things)
{
    static const enum btl_limine_feature absent[] = {BTL_LIMINE_FRAMEBUFFER, BTL_LIMINE_MODULES,
                                                     BTL_LIMINE_RSDP, BTL_LIMINE_SMBIOS,
                                                     BTL_LIMINE_DATE};
    struct answered a;
    struct btl_limine_facts what = facts();
    what.format = 0;
    what.module_count = 0;
    what.rsdp = what.smbios3 = 0;
    what.dated = false;
    all_requests(&a, 2);
    answer(&a, &what);
    for (size_t i = 0; i < BTL_COUNT(absent); i++)
        assert_int_equal(limine_word(&a.s, a.s.requests.at[absent[i]] + 40), 0);
    answered_end(&a);
}

TEST(nothing_requested)
{
    struct answered a;
    struct btl_limine_facts what = facts();
    limine_sample(&a.s, 2);
    answer(&a, &what);
    assert_int_equal(a.answers.used, 8);
    btl_limine_answer_manifest(&a.answers, 1, 2);
    btl_limine_answer_efi_map(&a.answers, 1, 2, 3);
    btl_limine_answer_mp(&a.answers, NULL, false);
    btl_limine_answer_performance(&a.answers, 1);
    assert_true(btl_limine_answer_memory(&a.answers, NULL, 0));
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(a.answers.memory[i], 0);
    answered_end(&a);
}

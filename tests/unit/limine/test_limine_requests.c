// SPDX-License-Identifier: BSD-2-Clause
// The requests of a Limine kernel: where they are found, which base revision counts, what is
// refused.
#include "test_case.h"

#include "limine_sample.h"

static void check_codes(struct limine_sample *s, const char *codes)
{
    bool good = limine_found(s);
    assert_codes(&s->memory, &s->diags, codes);
    assert_int_equal(good, s->diags.errors == 0);
}

TEST(nothing_is_there)
{
    struct limine_sample s;
    limine_sample(&s, LIMINE_NO_TAG);
    check_codes(&s, "");
    assert_false(s.requests.tagged);
    assert_int_equal(s.requests.revision, 0);
    for (size_t i = 0; i < BTL_LIMINE_FEATURES; i++)
        assert_false(s.requests.there[i]);
    limine_sample_end(&s);
}

TEST(each_feature_is_found)
{
    for (int i = 0; i < BTL_LIMINE_FEATURES; i++) {
        struct limine_sample s;
        limine_sample(&s, 2);
        uint64_t at = limine_request(&s, (enum btl_limine_feature)i, 0, 7);
        check_codes(&s, "");
        for (int j = 0; j < BTL_LIMINE_FEATURES; j++)
            assert_int_equal(s.requests.there[j], i == j);
        assert_int_equal(s.requests.at[i], at);
        limine_sample_end(&s);
    }
}

TEST(an_unknown_feature_is_counted)
{
    struct limine_sample s;
    const uint64_t words[] = {BTL_LIMINE_REQUEST_0, BTL_LIMINE_REQUEST_1, 1, 2, 0, 0};
    limine_sample(&s, 2);
    limine_words(&s, words, 6);
    limine_words(&s, words, 6);
    check_codes(&s, "");
    assert_int_equal(s.requests.unknown, 2);
    limine_sample_end(&s);
}

TEST(the_tag_says_the_revision)
{
    for (uint64_t revision = 0; revision <= 5; revision++) {
        struct limine_sample s;
        limine_sample(&s, revision);
        check_codes(&s, revision > 3 ? "limine-revision" : "");
        assert_true(s.requests.tagged);
        assert_int_equal(s.requests.tag, LIMINE_TAG_AT);
        assert_int_equal(s.requests.requested, revision);
        assert_int_equal(s.requests.revision, revision > 3 ? 3 : revision);
        limine_sample_end(&s);
    }
}

TEST(two_requests_of_one_feature)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    limine_request(&s, BTL_LIMINE_HHDM, 0, 0);
    limine_request(&s, BTL_LIMINE_HHDM, 0, 0);
    check_codes(&s, "limine-request-twice");
    assert_string_equal(test_diag_text(&s.memory, s.diags.first),
                        "error: the kernel has two requests of the Limine feature HHDM, at "
                        "0xffffffff80001018 and 0xffffffff80001060; remove one of them "
                        "[limine-request-twice]");
    limine_sample_end(&s);
}

TEST(an_unaligned_request_is_none)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    s.next += 4;
    limine_request(&s, BTL_LIMINE_HHDM, 0, 0);
    check_codes(&s, "");
    assert_false(s.requests.there[BTL_LIMINE_HHDM]);
    limine_sample_end(&s);
}

// A request that ends with the image, and one that ends behind it.
TEST(the_end_of_the_image)
{
    for (uint64_t room = 0; room <= 56; room += 8) {
        struct limine_sample s;
        const uint64_t words[] = {BTL_LIMINE_REQUEST_0,
                                  BTL_LIMINE_REQUEST_1,
                                  0x224ef0460a8e8926,
                                  0xe1cb0fc25f46ea3d,
                                  0,
                                  0,
                                  0x10000};
        limine_sample(&s, 2);
        s.next = LIMINE_SIZE - room;
        limine_words(&s, words, (uint32_t)(room / 8));
        check_codes(&s, room >= 16 && room < 56 ? "limine-request-cut" : "");
        assert_int_equal(s.requests.there[BTL_LIMINE_STACK_SIZE], room == 56);
        limine_sample_end(&s);
    }
}

// The arguments of later revisions are read only if the request has them.
TEST(a_request_of_revision_0_has_fewer_arguments)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    uint64_t at = limine_request(&s, BTL_LIMINE_PAGING_MODE, 0, 1);
    limine_set_word(&s, at + 56, 1);
    check_codes(&s, "");
    assert_int_equal(s.requests.request[BTL_LIMINE_PAGING_MODE].argument[0], 1);
    assert_int_equal(s.requests.request[BTL_LIMINE_PAGING_MODE].argument[1], 0);
    limine_set_word(&s, at + 32, 9);
    assert_true(limine_found(&s));
    assert_int_equal(s.requests.request[BTL_LIMINE_PAGING_MODE].argument[1], 1);
    limine_sample_end(&s);
}

TEST(markers_limit_the_search)
{
    struct limine_sample s;
    limine_sample(&s, LIMINE_NO_TAG);
    const uint64_t tag[] = {BTL_LIMINE_TAG_0, BTL_LIMINE_TAG_1, 2};
    limine_request(&s, BTL_LIMINE_HHDM, 0, 0);
    limine_start_marker(&s);
    limine_request(&s, BTL_LIMINE_SMBIOS, 0, 0);
    limine_start_marker(&s); // the last one counts
    uint64_t tag_at = limine_words(&s, tag, 3);
    limine_request(&s, BTL_LIMINE_RSDP, 0, 0);
    limine_end_marker(&s);
    limine_request(&s, BTL_LIMINE_DATE, 0, 0);
    limine_end_marker(&s);
    check_codes(&s, "");
    assert_int_equal(s.requests.tag, tag_at);
    for (int i = 0; i < BTL_LIMINE_FEATURES; i++)
        assert_int_equal(s.requests.there[i], i == BTL_LIMINE_RSDP);
    limine_sample_end(&s);
}

TEST(an_end_before_the_start_leaves_nothing)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    limine_end_marker(&s);
    limine_request(&s, BTL_LIMINE_RSDP, 0, 0);
    limine_start_marker(&s);
    limine_request(&s, BTL_LIMINE_HHDM, 0, 0);
    check_codes(&s, "");
    assert_false(s.requests.there[BTL_LIMINE_RSDP]);
    assert_false(s.requests.there[BTL_LIMINE_HHDM]);
    assert_false(s.requests.tagged);
    limine_sample_end(&s);
}

// ------------------------------------------------------------------------------- the .limine_reqs

static struct elf64_section list_sections[2];

// Give the kernel a section of that name and place.
static void add_list(struct limine_sample *s, uint64_t offset, uint64_t size)
{
    static const char names[] = "\0.limine_reqs";
    list_sections[1] = (struct elf64_section){
        .name = 1, .type = ELF_SHT_PROGBITS, .addr = LIMINE_BASE + offset, .size = size};
    s->elf.sections = list_sections;
    s->elf.section_count = 2;
    s->elf.section_names = (struct btl_str){names, sizeof(names)};
}

static void check_list(uint64_t revision, uint64_t second, uint64_t size, const char *codes,
                       bool listed, bool scanned)
{
    struct limine_sample s;
    limine_sample(&s, revision);
    uint64_t first = limine_request(&s, BTL_LIMINE_RSDP, 0, 0);
    limine_request(&s, BTL_LIMINE_DATE, 0, 0); // not in the list
    const uint64_t list[] = {LIMINE_BASE + first, second, 0, 1};
    uint64_t at = limine_words(&s, list, 4);
    add_list(&s, size == 0 ? LIMINE_SIZE : at, size == 0 ? 8 : size);
    check_codes(&s, codes);
    assert_int_equal(s.requests.there[BTL_LIMINE_RSDP], listed);
    assert_int_equal(s.requests.there[BTL_LIMINE_DATE], scanned);
    limine_sample_end(&s);
}

TEST(the_list_of_revision_0)
{
    check_list(LIMINE_NO_TAG, 0, 32, "", true, false);
    check_list(0, 0, 32, "", true, false);
    check_list(1, 1, 32, "", true, true);
    check_list(LIMINE_NO_TAG, 0, 0, "", false, false); // outside the image
    check_list(LIMINE_NO_TAG, 1, 8, "", true, false);  // the list ends before the second entry
    check_list(LIMINE_NO_TAG, 1, 15, "", true, false);
    check_list(LIMINE_NO_TAG, LIMINE_BASE, 32, "limine-list", true, false);
    check_list(LIMINE_NO_TAG, LIMINE_BASE + LIMINE_SIZE, 32, "limine-list", true, false);
    check_list(LIMINE_NO_TAG, UINT64_MAX, 32, "limine-list", true, false);
    check_list(LIMINE_NO_TAG, LIMINE_BASE + LIMINE_TAG_AT, 32, "limine-request-twice", true, false);
    check_list(LIMINE_NO_TAG, LIMINE_BASE + LIMINE_TAG_AT + 4, 32, "limine-list", true, false);
}

TEST(texts)
{
    struct limine_sample s;
    struct btl_str text;
    limine_sample(&s, 2);
    uint64_t at = limine_text(&s, "boot/a.img");
    assert_true(limine_found(&s));
    assert_true(btl_limine_text(&s.requests, LIMINE_BASE + at, &text));
    assert_str(&s.memory, text, "boot/a.img");
    assert_false(btl_limine_text(&s.requests, LIMINE_BASE + LIMINE_SIZE, &text));
    assert_false(btl_limine_text(&s.requests, LIMINE_BASE - 1, &text));
    for (uint64_t i = LIMINE_SIZE - 300; i < LIMINE_SIZE; i++)
        s.kernel.memory[i] = 'x';
    assert_false(btl_limine_text(&s.requests, LIMINE_BASE + LIMINE_SIZE - 10, &text));
    assert_false(btl_limine_text(&s.requests, LIMINE_BASE + LIMINE_SIZE - 300, &text));
    s.kernel.memory[LIMINE_SIZE - 300 + BTL_PATH_MAX] = 0;
    assert_true(btl_limine_text(&s.requests, LIMINE_BASE + LIMINE_SIZE - 300, &text));
    assert_int_equal(text.len, BTL_PATH_MAX);
    limine_sample_end(&s);
}

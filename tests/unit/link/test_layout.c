// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include "link_fixture.h"

static uint32_t section(struct link_fixture *f, const char *name, uint64_t flags, uint64_t align,
                        size_t size)
{
    return eb_section(&f->builder, name, ELF_SHT_PROGBITS, flags, align, NULL, size);
}

static uint32_t nobits(struct link_fixture *f, const char *name, uint64_t flags, uint64_t align,
                       size_t size)
{
    return eb_section(&f->builder, name, ELF_SHT_NOBITS, flags, align, NULL, size);
}

TEST(sections_go_to_their_segments_contents_before_bss)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t bss = nobits(&f, ".bss", LF_DATA, 32, 100);
    uint32_t data = section(&f, ".data", LF_DATA, 8, 5);
    uint32_t rodata = section(&f, ".rodata", LF_CONST, 16, 10);
    uint32_t text = section(&f, ".text", LF_CODE, 16, 7);
    uint32_t text2 = section(&f, ".text.cold", LF_CODE, 4, 3);
    uint32_t note = eb_section(&f.builder, ".note", ELF_SHT_NOTE, LF_CONST, 4, NULL, 16);
    uint32_t comment = section(&f, ".comment", 0, 1, 30);
    uint32_t group = eb_section(&f.builder, ".group", ELF_SHT_GROUP, 0, 4, NULL, 8);
    assert_true(lf_layout(&f));
    const uint64_t *offset = f.image.section_offset;
    assert_int_equal(offset[text], 0);
    assert_int_equal(offset[text2], 8);
    assert_int_equal(offset[rodata], 0x1000);
    assert_int_equal(offset[note], 0x100c);
    assert_int_equal(offset[data], 0x2000);
    assert_int_equal(offset[bss], 0x2020);
    assert_true(offset[comment] == BTL_NO_OFFSET);
    assert_true(offset[group] == BTL_NO_OFFSET);
    assert_true(offset[0] == BTL_NO_OFFSET);
    assert_int_equal(f.image.size, 0x3000);
    assert_int_equal(f.image.align, BTL_PAGE_SIZE);
    assert_int_equal(f.image.bss_size, 100);
    lf_end(&f);
}

TEST(segments_are_whole_pages_with_one_permission_each)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".text", LF_CODE, 1, 4097);
    section(&f, ".data", LF_DATA, 1, 1);
    assert_true(lf_layout(&f));
    const struct btl_segment *segment = f.image.segment;
    assert_int_equal(segment[BTL_SEG_TEXT].offset, 0);
    assert_int_equal(segment[BTL_SEG_TEXT].size, 0x2000);
    assert_int_equal(segment[BTL_SEG_TEXT].perm, BTL_PERM_READ | BTL_PERM_EXEC);
    assert_int_equal(segment[BTL_SEG_RODATA].size, 0); // absent
    assert_int_equal(segment[BTL_SEG_RODATA].perm, BTL_PERM_READ);
    assert_int_equal(segment[BTL_SEG_DATA].offset, 0x2000);
    assert_int_equal(segment[BTL_SEG_DATA].size, 0x1000);
    assert_int_equal(segment[BTL_SEG_DATA].perm, BTL_PERM_READ | BTL_PERM_WRITE);
    assert_int_equal(f.image.size, 0x3000);
    lf_end(&f);
}

TEST(a_section_of_size_0_has_an_address)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".text", LF_CODE, 1, 3);
    uint32_t empty = section(&f, ".text.empty", LF_CODE, 4, 0);
    uint32_t nothing = nobits(&f, ".bss", LF_DATA, 1, 0);
    assert_true(lf_layout(&f));
    assert_int_equal(f.image.section_offset[empty], 4);
    assert_int_equal(f.image.section_offset[nothing], 0x1000);
    assert_int_equal(f.image.size, 0x1000);
    lf_end(&f);
}

TEST(a_module_without_loaded_sections_is_an_image_of_no_bytes)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".comment", 0, 1, 3);
    assert_true(lf_link(&f, LF_BASE));
    assert_int_equal(f.image.size, 0);
    lf_end(&f);
}

TEST(the_base_takes_the_largest_alignment)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".data", LF_DATA, 1, 1);
    uint32_t big = section(&f, ".data.big", LF_DATA, BTL_ELF_ALIGN_MAX, 1);
    assert_true(lf_layout(&f));
    assert_int_equal(f.image.align, BTL_ELF_ALIGN_MAX);
    assert_int_equal(f.image.section_offset[big], BTL_ELF_ALIGN_MAX);
    uint8_t byte = 0;
    assert_false(btl_image_place(&f.image, BTL_ELF_ALIGN_MAX / 2, &byte));
    assert_null(f.image.memory);
    assert_true(btl_image_place(&f.image, 3ull * BTL_ELF_ALIGN_MAX, &byte));
    lf_end(&f);
}

TEST(an_image_that_wraps_around_the_address_space_is_not_placed)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".data", LF_DATA, 1, 1);
    assert_true(lf_layout(&f));
    uint8_t byte = 0;
    assert_false(btl_image_place(&f.image, UINT64_MAX - 0xfff, &byte));
    assert_true(btl_image_place(&f.image, UINT64_MAX - 0x1fff, &byte));
    lf_end(&f);
}

TEST(common_symbols_end_the_data_with_their_alignment)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    nobits(&f, ".bss", LF_DATA, 1, 3);
    uint32_t a = eb_symbol(&f.builder, "a", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 64, 10);
    uint32_t b = eb_symbol(&f.builder, "b", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 0, 1);
    uint32_t c = eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8192, 8);
    assert_true(lf_layout(&f));
    assert_int_equal(f.image.common_offset[a], 64);
    assert_int_equal(f.image.common_offset[b], 74);
    assert_int_equal(f.image.common_offset[c], 8192);
    assert_int_equal(f.image.align, 8192);
    assert_int_equal(f.image.bss_size, 3 + 10 + 1 + 8);
    assert_int_equal(f.image.segment[BTL_SEG_DATA].size, 0x3000);
    lf_end(&f);
}

TEST(a_file_without_common_symbols_takes_no_table_for_them)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".data", LF_DATA, 1, 1);
    assert_true(lf_layout(&f));
    assert_null(f.image.common_offset);
    assert_null(f.image.got_slot);
    lf_end(&f);
}

TEST(the_got_ends_the_constants_with_one_entry_for_each_symbol)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = section(&f, ".text", LF_CODE, 1, 64);
    section(&f, ".rodata", LF_CONST, 1, 3);
    uint32_t a = eb_symbol(&f.builder, "a", EB_GLOBAL(ELF_STT_FUNC), text, 0, 0);
    uint32_t b = eb_symbol(&f.builder, "b", EB_GLOBAL(ELF_STT_FUNC), text, 1, 0);
    eb_rela(&f.builder, text, 0, b, 9, -4);
    eb_rela(&f.builder, text, 4, a, 42, -4);
    eb_rela(&f.builder, text, 8, b, 41, -4);
    assert_true(lf_layout(&f));
    assert_int_equal(f.image.got_count, 2);
    assert_int_equal(f.image.got_slot[b], 1);
    assert_int_equal(f.image.got_slot[a], 2);
    assert_int_equal(f.image.got_offset, 0x1008);
    assert_int_equal(f.image.segment[BTL_SEG_RODATA].size, 0x1000);
    lf_end(&f);
}

TEST(sizes_are_summed_up_to_the_limit_and_not_beyond)
{
    for (int beyond = 0; beyond <= 1; beyond++) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        nobits(&f, ".bss.a", LF_DATA, 1, BTL_IMAGE_MAX - 0x1000);
        nobits(&f, ".bss.b", LF_DATA, 1, 0x1000 + (size_t)beyond);
        assert_int_equal(lf_layout(&f), !beyond);
        assert_codes(&f.memory, &f.diags, beyond ? "link-too-large" : "");
        lf_end(&f);
    }
}

TEST(sizes_whose_sum_wraps_are_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    nobits(&f, ".bss.a", LF_DATA, 1, 0x1000);
    nobits(&f, ".bss.b", LF_DATA, 1, SIZE_MAX - 0xfff); // the sum is 0
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-too-large");
    lf_end(&f);

    lf_begin(&f, SIZE_MAX);
    nobits(&f, ".bss", LF_DATA, 1, 8);
    eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, UINT64_MAX - 7);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-too-large");
    lf_end(&f);
}

TEST(padding_counts_against_the_limit)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    for (int i = 0; i < 1025; i++)
        nobits(&f, ".bss", LF_DATA, BTL_ELF_ALIGN_MAX, 1);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-too-large");
    lf_end(&f);
}

TEST(a_machine_without_a_relocator_is_refused_by_name)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".text", LF_CODE, 1, 1);
    assert_true(lf_open(&f));
    f.elf.machine = 999; // the gate lets none through that btl_machine_name() does not know
    assert_false(btl_image_layout(&f.elf, &f.memory.arena, &f.image, &f.diags));
    assert_codes(&f.memory, &f.diags, "link-machine");
    lf_end(&f);
}

TEST(extended_section_numbers_are_understood)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    f.builder.extended = true;
    uint32_t text = section(&f, ".text", LF_CODE, 1, 16);
    uint32_t symbol = eb_symbol(&f.builder, "foo", EB_GLOBAL(ELF_STT_FUNC), text, 4, 0);
    eb_rela(&f.builder, text, 8, symbol, 1, 0);
    assert_true(lf_link(&f, LF_BASE));
    assert_true(lf_load64(&f, text, 8) == LF_BASE + 4);
    lf_end(&f);
}

TEST(permissions_follow_the_flags)
{
    const struct {
        const char *name;
        uint64_t flags;
        uint8_t perm;
    } cases[] = {
        {".debug", ELF_SHF_WRITE, 0},
        {".rodata", LF_CONST, BTL_PERM_READ},
        {".text", LF_CODE, BTL_PERM_READ | BTL_PERM_EXEC},
        {".data", LF_DATA, BTL_PERM_READ | BTL_PERM_WRITE},
        {".data.rel", LF_DATA, BTL_PERM_READ | BTL_PERM_WRITE},
        {".data.rel.ro", LF_DATA, BTL_PERM_READ},
        {".data.rel.ro.local", LF_DATA, BTL_PERM_READ},
        {".btl.module", LF_DATA, BTL_PERM_READ},
        {".btl.module2", LF_DATA, BTL_PERM_READ | BTL_PERM_WRITE},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        uint32_t index = section(&f, cases[i].name, cases[i].flags, 8, 8);
        assert_true(lf_layout(&f));
        assert_int_equal(btl_section_perm(&f.elf, index), cases[i].perm);
        for (int kind = 0; kind < BTL_SEGS; kind++)
            if (f.image.segment[kind].size > 0)
                assert_int_equal(f.image.segment[kind].perm, cases[i].perm);
        lf_end(&f);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
// What the linker makes for relocations of aarch64: GOT entries, veneers. And absent weak symbols.
#include "test_case.h"

#include <string.h>

#include "aarch64_types.h"

#define KERNEL 0xffffffff80001230ull

TEST(uses_of_one_address_share_its_got_entry)
{
    static const uint32_t types[] = {A_ADR_GOT_PAGE,      A_LD64_GOT_LO12_NC, A_ADR_GOT_PAGE,
                                     A_LD64_GOTPAGE_LO15, A_GOT_LD_PREL19,    A_LD64_GOT_LO12_NC};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = aa_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t local = eb_symbol(b, "local", EB_LOCAL(0), text, 8, 0);
    const uint32_t used[] = {kernel, kernel, local, local, absent, kernel};
    static const int64_t addends[] = {0, 0, 0, 0, 0, 16};
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        eb_rela(b, text, 8 * i, used[i], types[i], addends[i]);
    lf_export(&f, "kernel", KERNEL, BTL_KERNEL);
    assert_true(lf_link(&f, AA_BASE));
    static const uint64_t contents[] = {KERNEL, AA_BASE + 8, 0, KERNEL + 16};
    assert_int_equal(f.image.got_count, BTL_COUNT(contents));
    assert_int_equal(f.image.got_offset, 0x1000);
    assert_memory_equal(f.block + f.image.got_offset, contents, sizeof(contents));
    assert_int_equal(f.image.plt_size, 0);
    assert_int_equal(aa_load(&f, 0, 4), 0xb0000005);                       // adrp: one page further
    assert_int_equal(aa_load(&f, 8, 4), 0xf94000c5);                       // the first entry
    assert_int_equal(aa_load(&f, 24, 4), 0xf94000c5 | 1 << 10);            // the second one
    assert_int_equal(aa_load(&f, 32, 4), 0x58000005 | (0x1010 - 32) << 3); // the third one
    assert_int_equal(aa_load(&f, 40, 4), 0xf94000c5 | 3 << 10);            // the fourth one
    lf_end(&f);
}

// -fpic: 15 bits from the page of the GOT on, so 4096 entries when the GOT begins a page.
TEST(gotpage_reaches_4096_entries)
{
    enum { REACH = 4096 };
    static const uint32_t types[] = {A_LD64_GOTPAGE_LO15};
    for (unsigned more = 0; more <= 1; more++) {
        struct link_fixture f;
        aa_begin(&f, SIZE_MAX);
        struct elf_builder *b = &f.builder;
        uint32_t text = aa_add_text(&f, ".text", types, 1);
        uint32_t symbol = eb_symbol(b, "x", EB_LOCAL(0), text, 0, 0);
        for (unsigned i = 0; i < REACH + more; i++)
            eb_rela(b, text, 0, symbol, types[0], i);
        assert_int_equal(lf_link(&f, AA_BASE), !more);
        assert_int_equal(f.image.got_count, REACH + more);
        assert_codes(&f.memory, &f.diags, more ? "link-reloc-overflow" : "");
        if (!more)
            assert_int_equal(aa_load(&f, 0, 4), 0xf94000c5 | 0xfff << 10);
        lf_end(&f);
    }
}

TEST(the_got_symbol_is_the_first_entry)
{
    static const uint32_t types[] = {A_ADR_PREL_PG_HI21, A_LD64_GOTPAGE_LO15, A_ADD_ABS_LO12_NC};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = aa_add_text(&f, ".text", types, 3);
    eb_section(b, ".rodata", ELF_SHT_PROGBITS, LF_CONST, 8, NULL, 0x1010);
    uint32_t got = eb_symbol(b, "_GLOBAL_OFFSET_TABLE_", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t local = eb_symbol(b, "local", EB_LOCAL(0), text, 8, 0);
    eb_rela(b, text, 0, got, types[0], 0);
    eb_rela(b, text, 8, local, types[1], 0);
    eb_rela(b, text, 16, got, types[2], 0);
    assert_true(lf_link(&f, AA_BASE));
    assert_int_equal(f.image.got_offset, 0x2010);
    assert_int_equal(aa_load(&f, 0, 4), 0xd0000005);           // adrp: two pages further
    assert_int_equal(aa_load(&f, 8, 4), 0xf94000c5 | 2 << 10); // 0x10 behind the page
    assert_int_equal(aa_load(&f, 16, 4), 0x910000c5 | 0x10 << 10);
    lf_end(&f);
}

// Calls out of the image: straight when the target is near, by the veneer when not.
TEST(calls_out_of_the_image_have_one_veneer_for_each_target)
{
    static const uint32_t types[] = {A_CALL26, A_JUMP26, A_CALL26, A_CALL26, A_JUMP26};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = aa_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t near = eb_symbol(b, "near", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    const uint32_t used[] = {kernel, kernel, near, kernel, near};
    static const int64_t addends[] = {0, 0, 0, 8, 0};
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        eb_rela(b, text, 8 * i, used[i], types[i], addends[i]);
    lf_export(&f, "kernel", KERNEL, BTL_KERNEL);
    lf_export(&f, "near", AA_BASE + 0x7000000, 7);
    assert_true(lf_link(&f, AA_BASE));
    assert_int_equal(f.image.plt_size, 3 * 20);
    uint64_t first = aa_branch_target(&f, 0);
    assert_true(first == AA_BASE + f.image.plt_offset);
    assert_true(aa_veneer_target(&f, first) == KERNEL);
    assert_true(aa_branch_target(&f, 8) == first);
    assert_true(aa_branch_target(&f, 16) == AA_BASE + 0x7000000);
    assert_true(aa_veneer_target(&f, aa_branch_target(&f, 24)) == KERNEL + 8);
    assert_true(aa_branch_target(&f, 32) == AA_BASE + 0x7000000);
    lf_end(&f);
}

// Absolute targets may be anywhere.
TEST(a_branch_beyond_its_reach_uses_a_veneer)
{
    static const uint32_t types[] = {A_CALL26, A_JUMP26};
    static const struct {
        uint64_t distance;
        bool far;
    } cases[] = {
        {0x7fffffc, false},    {0x8000000, true},  {-0x8000000ull, false},
        {-0x8000004ull, true}, {1ull << 62, true}, {1ull << 63, true},
    };
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (size_t k = 0; k < BTL_COUNT(cases); k++) {
            struct link_fixture f;
            uint64_t target = AA_BASE + AA_PLACE + cases[k].distance;
            assert_true(aa_link_one(&f, types[i], target - 32, 32));
            assert_int_equal(f.image.plt_size, 20);
            uint64_t there = aa_branch_target(&f, AA_PLACE);
            assert_int_equal(there == AA_BASE + f.image.plt_offset, cases[k].far);
            assert_true((cases[k].far ? aa_veneer_target(&f, there) : there) == target);
            lf_end(&f);
        }
}

// Conditional branches have no veneers: their limits are in test_reloc_aarch64.c.
TEST(other_branches_need_no_veneer)
{
    static const uint32_t types[] = {A_CONDBR19, A_TSTBR14};
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        struct link_fixture f;
        assert_true(aa_link_one(&f, types[i], AA_BASE, 0));
        assert_int_equal(f.image.plt_size, 0);
        lf_end(&f);
    }
}

#define REACH (128u << 20)

// .text.a at 0 and .text.z behind 128 MiB, with branches to each other.
static void make_far(struct link_fixture *f, bool from_a, uint64_t gap)
{
    static const uint32_t branches[] = {A_CALL26, A_CALL26};
    aa_begin(f, SIZE_MAX);
    struct elf_builder *b = &f->builder;
    uint32_t a = aa_add_text(f, ".text.a", branches, 1);
    eb_section(b, ".text.m", ELF_SHT_PROGBITS, LF_CODE, 8, NULL, gap - 8);
    uint32_t z = aa_add_text(f, ".text.z", branches, 2);
    uint32_t at_a = eb_symbol(b, "at_a", EB_LOCAL(0), a, 0, 0);
    uint32_t at_z = eb_symbol(b, "at_z", EB_LOCAL(0), z, 0, 0);
    eb_rela(b, z, 0, at_a, A_CALL26, 0);
    eb_rela(b, z, 8, at_a, A_CALL26, 0);
    if (from_a)
        eb_rela(b, a, 0, at_z, A_CALL26, 0);
}

TEST(a_veneer_is_used_only_where_the_branch_does_not_reach)
{
    struct link_fixture f;
    make_far(&f, false, REACH);
    assert_true(lf_link(&f, AA_BASE));
    assert_int_equal(f.image.plt_size, 20);
    assert_true(aa_branch_target(&f, REACH) == AA_BASE);
    uint64_t veneer = aa_branch_target(&f, REACH + 8);
    assert_true(veneer == AA_BASE + f.image.plt_offset);
    assert_true(aa_veneer_target(&f, veneer) == AA_BASE);
    lf_end(&f);
}

// Veneers are behind all code: a branch from 128 MiB before does not reach them.
TEST(a_branch_that_reaches_no_veneer_is_refused)
{
    struct link_fixture f;
    make_far(&f, true, REACH);
    assert_false(lf_link(&f, AA_BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow");
    assert_str(&f.memory, f.diags.first->arg[3].str, "at_z");
    lf_end(&f);
}

TEST(code_of_less_than_128_mib_needs_no_veneers_of_its_own)
{
    struct link_fixture f;
    make_far(&f, true, REACH - 4096);
    assert_true(lf_layout(&f));
    assert_int_equal(f.image.plt_size, 0);
    lf_end(&f);
}

// The ABI: 0 for absolute references, the place for relative ones, the next instruction for calls.
TEST(an_absent_weak_symbol_overflows_nothing)
{
    static const struct {
        uint32_t type;
        int64_t addend;
        uint64_t word;
    } cases[] = {
        {A_ABS64, 0, 0},
        {A_PREL64, 8, 8},
        {A_PREL32, 3, 3},
        {A_CALL26, 0, 0x94000001},
        {A_JUMP26, 0, 0x14000001},
        {A_CONDBR19, 0, 0x54000001},
        {A_TSTBR14, 4, 0xb6f80025},
        {A_ADR_PREL_LO21, 4, 0x10000025},
        {A_LD_PREL_LO19, 0, 0x58000005},
        {A_ADR_PREL_PG_HI21, 0, 0x90000005},
        {A_ADR_PREL_PG_HI21, 0x1000, 0xb0000005},
        {A_ADD_ABS_LO12_NC, 0, 0x910000c5},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct link_fixture f;
        aa_begin(&f, SIZE_MAX);
        uint32_t text = aa_add_text(&f, ".text", &cases[i].type, 1);
        uint32_t symbol = eb_symbol(&f.builder, "absent", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
        eb_rela(&f.builder, text, 0, symbol, cases[i].type, cases[i].addend);
        assert_true(lf_link(&f, AA_BASE));
        if (aa_load(&f, 0, 8) != cases[i].word)
            print_message("case %zu: %#llx\n", i, (unsigned long long)aa_load(&f, 0, 8));
        assert_true(aa_load(&f, 0, 8) == cases[i].word);
        lf_end(&f);
    }
}

TEST(without_memory_for_the_linkage_layout_fails)
{
    static const uint32_t types[] = {A_CALL26, A_ADR_GOT_PAGE};
    unsigned failed = 0;
    for (size_t n = 0;; n++) {
        struct link_fixture f;
        aa_begin(&f, n);
        uint32_t text = aa_add_text(&f, ".text", types, 2);
        uint32_t kernel = eb_symbol(&f.builder, "kernel", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
        for (unsigned i = 0; i < 100; i++) {
            eb_rela(&f.builder, text, 0, kernel, A_CALL26, 4 * i);
            eb_rela(&f.builder, text, 8, kernel, A_ADR_GOT_PAGE, i);
        }
        bool good = lf_layout(&f);
        if (!good)
            assert_true(f.diags.errors != 0);
        lf_end(&f);
        if (good)
            break;
        failed++;
    }
    assert_true(failed >= 5);
}

// SPDX-License-Identifier: BSD-2-Clause
// Stubs that the linker makes for calls of ia64: out of the image, and too far.
#include "test_case.h"

#include <string.h>

#include "link/ia64_bundle.h"
#include "ia64_types.h"

// What the stub of an import must be, except the distance in its first instruction.
static const uint64_t import_stub[6] = {
    0x00f024000200780b, 0x000400000020303c, 0x001014181e20800a,
    0x000400000020303c, 0x8060000100000011, 0x0080006000038004,
};

// Follows a call at `offset` of the image through its stub; the descriptor that it uses.
static uint64_t through_stub(const struct link_fixture *f, uint64_t offset, uint32_t type)
{
    uint64_t stub = offset + ia_field_at(f, offset, type);
    uint64_t words[6];
    assert_true(btl_in_range(stub - f->image.plt_offset, sizeof(words), f->image.plt_size));
    uint64_t entry =
        ia_gp_of(f) + ia_field_at(f, stub, R_LTOFF_FPTR22); // slot 0 of an M bundle as well
    assert_true(
        btl_in_range(entry - f->image.base - f->image.got_offset, 8, 8ull * f->image.got_count));
    memcpy(words, f->block + stub, sizeof(words));
    ia64_bundle_patch((uint8_t *)words, 0, IA64_IMM22, 0);
    assert_memory_equal(words, import_stub, sizeof(words));
    return ia_word_at(f, entry);
}

#define KERNEL_DESCRIPTOR 0xa000000200004560ull

TEST(calls_out_of_the_image_go_through_one_stub_per_function)
{
    static const uint32_t types[] = {R_PCREL21B,     R_PCREL60B, R_PCREL21B,    R_PCREL21M,
                                     R_LTOFF_FPTR22, R_FPTR64I,  R_LTOFF_FPTR22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t other = eb_symbol(b, "other", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    const uint32_t used[] = {kernel, kernel, other, absent, kernel, kernel, absent};
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        ia_relocate(&f, text, 16 * i, types[i], used[i], 0);
    lf_export(&f, "kernel", KERNEL_DESCRIPTOR, BTL_KERNEL);
    lf_export(&f, "other", 0xa000000300000010, 7);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.plt_size, 3 * 48);
    assert_int_equal(f.image.got_count, 3);
    assert_int_equal(f.image.opd_size, 0);
    assert_true(through_stub(&f, 0, R_PCREL21B) == KERNEL_DESCRIPTOR);
    assert_true(through_stub(&f, 16, R_PCREL60B) == KERNEL_DESCRIPTOR);
    assert_true(ia_field_at(&f, 0, R_PCREL21B) == ia_field_at(&f, 16, R_PCREL60B) + 16);
    assert_true(through_stub(&f, 32, R_PCREL21B) == 0xa000000300000010);
    assert_true(through_stub(&f, 48, R_PCREL21M) == 0);
    // The entry that the stub uses is that of @ltoff(@fptr()) as well.
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 64, R_LTOFF_FPTR22)) ==
                KERNEL_DESCRIPTOR);
    assert_true(ia_field_at(&f, 80, R_FPTR64I) == KERNEL_DESCRIPTOR);
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 96, R_LTOFF_FPTR22)) == 0);
    lf_end(&f);
}

// A module that has a function of that name, calls one of another name, and points to both.
static void make_pair(struct link_fixture *f, const char *own, const char *foreign)
{
    static const uint32_t types[] = {R_PCREL21B};
    ia_begin(f, SIZE_MAX);
    struct elf_builder *b = &f->builder;
    uint32_t text = ia_add_text(f, ".text", types, 1);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 16);
    uint32_t mine = eb_symbol(b, own, EB_GLOBAL(ELF_STT_FUNC), text, 0, 16);
    uint32_t yours = eb_symbol(b, foreign, EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    ia_relocate(f, text, 0, R_PCREL21B, yours, 0);
    ia_relocate(f, data, 0, R_FPTR64LSB, mine, 0);
    ia_relocate(f, data, 8, R_FPTR64LSB, yours, 0);
}

// Pointers to a function are equal in both images, and the chain call, stub, descriptor ends at its
// entry point with its own gp.
TEST(two_images_agree_on_each_others_descriptors)
{
    enum { DATA = 2, MINE = 1 };
    struct link_fixture a, b;
    make_pair(&a, "alpha", "beta");
    make_pair(&b, "beta", "alpha");
    assert_true(lf_layout(&a) && lf_layout(&b));
    // Exported before either is resolved: they use each other.
    assert_true(btl_image_place(&a.image, IA_BASE, NULL));
    assert_true(btl_image_place(&b.image, IA_BASE + 0x10000000, NULL));
    uint64_t alpha = btl_image_export_value(&a.image, MINE);
    uint64_t beta = btl_image_export_value(&b.image, MINE);
    lf_export(&a, "beta", beta, 1);
    lf_export(&b, "alpha", alpha, 0);
    assert_true(lf_link(&a, IA_BASE) && lf_link(&b, IA_BASE + 0x10000000));
    assert_true(ia_is_descriptor(&a, alpha, IA_BASE));
    assert_true(ia_is_descriptor(&b, beta, IA_BASE + 0x10000000));
    assert_true(lf_load64(&a, DATA, 0) == alpha && lf_load64(&b, DATA, 8) == alpha);
    assert_true(lf_load64(&b, DATA, 0) == beta && lf_load64(&a, DATA, 8) == beta);
    assert_true(through_stub(&a, 0, R_PCREL21B) == beta);
    assert_true(through_stub(&b, 0, R_PCREL21B) == alpha);
    assert_true(ia_gp_of(&a) != ia_gp_of(&b));
    lf_end(&a);
    lf_end(&b);
}

TEST(entry_points_of_other_images_cannot_be_had)
{
    static const uint32_t types[] = {R_PCREL21B, R_LTOFF_FPTR22, R_LTOFF22,   R_IMM64,
                                     R_DIR64LSB, R_FPTR64LSB,    R_PCREL64LSB};
    static const int64_t addends[] = {16, 16, 0, 0, 0, 8, 0};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t data = eb_symbol(b, "data", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        ia_relocate(&f, text, 16 * i, types[i], kernel, addends[i]);
    ia_relocate(&f, text, 64, R_DIR64LSB, absent, 0); // 0 is 0
    ia_relocate(&f, text, 64, R_DIR64LSB, data, 8);
    lf_export(&f, "kernel", KERNEL_DESCRIPTOR, BTL_KERNEL);
    lf_export(&f, "data", KERNEL_DESCRIPTOR, BTL_KERNEL);
    assert_false(lf_link(&f, IA_BASE));
    assert_int_equal(f.diags.errors, BTL_COUNT(types));
    assert_int_equal(test_count_code(&f.diags, BTL_LINK_RELOC_IMPORT), BTL_COUNT(types));
    assert_true(lf_load64(&f, text, 64) == KERNEL_DESCRIPTOR + 8);
    lf_end(&f);
}

// Absolute targets may be anywhere: such a branch goes on by a long one that changes no register.
TEST(a_branch_beyond_its_reach_goes_by_a_long_one)
{
    static const uint32_t types[] = {R_PCREL21B, R_PCREL21M, R_PCREL21F};
    static const uint64_t distances[] = {0x1000000, -0x1000010ull, 1ull << 62};
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (size_t k = 0; k < BTL_COUNT(distances); k++) {
            struct link_fixture f;
            uint64_t target = IA_BASE + IA_PLACE + distances[k];
            assert_true(ia_link_one(&f, types[i], target - 32, 32));
            assert_int_equal(f.image.plt_size, 16);
            uint64_t stub = IA_PLACE + ia_field_at(&f, IA_PLACE, types[i]), words[2];
            assert_true(stub == f.image.plt_offset);
            assert_true(IA_BASE + stub + ia_field_at(&f, stub, R_PCREL60B) == target);
            memcpy(words, f.block + stub, sizeof(words));
            ia64_bundle_patch((uint8_t *)words, 1, IA64_BRANCH60, 0);
            assert_true(words[0] == 0x0000000100000005 && words[1] == 0xc000000000000000);
            lf_end(&f);
        }
}

TEST(a_long_branch_needs_no_stub)
{
    struct link_fixture f;
    assert_true(ia_link_one(&f, R_PCREL60B, IA_BASE + (1ull << 40), 0));
    assert_int_equal(f.image.plt_size, 0);
    lf_end(&f);
}

#define HALF (16u << 20)

// .text.a at 0 with one bundle; .text.z behind 16 MiB with two. Branches as asked for.
static void make_far(struct link_fixture *f, bool from_a)
{
    static const uint32_t branches[] = {R_PCREL21B, R_PCREL21B};
    ia_begin(f, SIZE_MAX);
    struct elf_builder *b = &f->builder;
    uint32_t a = ia_add_text(f, ".text.a", branches, 1);
    eb_section(b, ".text.m", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, HALF - 16);
    uint32_t z = ia_add_text(f, ".text.z", branches, 2);
    uint32_t at_a = eb_symbol(b, "at_a", EB_LOCAL(0), a, 0, 0);
    uint32_t at_z = eb_symbol(b, "at_z", EB_LOCAL(0), z, 0, 0);
    ia_relocate(f, z, 0, R_PCREL21B, at_a, 0);
    ia_relocate(f, z, 16, R_PCREL21B, at_a, 0);
    if (from_a)
        ia_relocate(f, a, 0, R_PCREL21B, at_z, 0);
}

TEST(a_stub_is_used_only_where_the_branch_does_not_reach)
{
    struct link_fixture f;
    make_far(&f, false);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.plt_size, 16);
    assert_true(ia_field_at(&f, HALF, R_PCREL21B) == -(uint64_t)HALF);
    uint64_t stub = HALF + 16 + ia_field_at(&f, HALF + 16, R_PCREL21B);
    assert_true(stub == f.image.plt_offset);
    assert_true(stub + ia_field_at(&f, stub, R_PCREL60B) == 0);
    lf_end(&f);
}

// The stubs are behind all code: from 16 MiB before them a short branch does not reach them either.
TEST(a_branch_that_reaches_no_stub_is_refused)
{
    struct link_fixture f;
    make_far(&f, true);
    assert_false(lf_link(&f, IA_BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow");
    assert_str(&f.memory, f.diags.first->arg[3].str, "at_z");
    lf_end(&f);
}

TEST(code_of_less_than_16_mib_needs_no_far_stubs)
{
    static const uint32_t types[] = {R_PCREL21B};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t a = ia_add_text(&f, ".text.a", types, 1);
    eb_section(&f.builder, ".text.m", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, HALF - 128);
    uint32_t z = ia_add_text(&f, ".text.z", types, 1);
    ia_relocate(&f, a, 0, R_PCREL21B, eb_symbol(&f.builder, "z", EB_LOCAL(0), z, 0, 0), 0);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.plt_size, 0);
    assert_true(ia_field_at(&f, 0, R_PCREL21B) == HALF - 128 + 16);
    lf_end(&f);
}

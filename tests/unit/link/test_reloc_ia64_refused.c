// SPDX-License-Identifier: BSD-2-Clause
// Relocations of ia64 that are wrong: the place, the instruction, the symbol, the type.
#include "test_case.h"

#include <string.h>

#include "link/ia64_bundle.h"
#include "ia64_types.h"
#include "link/reloc.h"

TEST(what_leaves_its_section_is_refused)
{
    for (size_t i = 0; i < BTL_COUNT(ia_kinds); i++) {
        for (unsigned beyond = 0; beyond <= 1; beyond++) {
            const uint32_t types[] = {ia_kinds[i].type, ia_kinds[i].type};
            struct link_fixture f;
            unsigned width = ia_kinds[i].pieces != NULL ? IA64_BUNDLE_SIZE : ia_kinds[i].width;
            ia_begin(&f, SIZE_MAX);
            // The last bundle lacks its last byte when it is to lie outside.
            uint32_t text = ia_add_text(&f, ".text", types, 2);
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            ia_relocate(&f, text, 2 * IA64_BUNDLE_SIZE - width, ia_kinds[i].type, symbol, 0);
            lf_finish(&f);
            eb_section_at(&f.builder, text)->size -= beyond;
            if (width == 0 && beyond)
                eb_section_at(&f.builder, text)->size += beyond;
            assert_int_equal(lf_layout(&f), !beyond || width == 0);
            assert_codes(&f.memory, &f.diags, beyond && width != 0 ? "link-reloc-outside" : "");
            lf_end(&f);
        }
    }
}

TEST(offsets_near_2_to_the_64_are_outside)
{
    static const uint32_t types[] = {R_IMM22, R_IMM64, R_DIR64LSB, R_PCREL21B};
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (uint64_t offset = UINT64_MAX - 16; offset != 0; offset++) {
            struct link_fixture f;
            ia_begin(&f, SIZE_MAX);
            uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, offset, symbol, types[i], 0);
            assert_false(lf_layout(&f));
            assert_codes(&f.memory, &f.diags, "link-reloc-outside");
            lf_end(&f);
        }
}

// One relocation at slot `slot` of a bundle with that template.
static bool layout_slot(struct link_fixture *f, uint32_t type, unsigned template, unsigned slot,
                        uint64_t align)
{
    uint8_t code[2 * IA64_BUNDLE_SIZE] = {0};
    code[IA64_BUNDLE_SIZE] = (uint8_t) template;
    ia_begin(f, SIZE_MAX);
    uint32_t text =
        eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, align, code, sizeof(code));
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f->builder, text, IA64_BUNDLE_SIZE + slot, symbol, type, 0);
    return lf_layout(f);
}

TEST(an_instruction_must_be_of_the_kind_that_has_the_field)
{
    static const struct {
        uint32_t type;
        unsigned template, slot;
    } wrong[] = {
        {R_IMM14, MIB, 2},         {R_IMM22, MLX, 1},     {R_GPREL22, BBB, 0},
        {R_LTOFF22, MFI, 1},       {R_LTOFF22X, MLX, 2},  {R_LTOFF_FPTR22, MIB, 2},
        {R_IMM64, MII, 1},         {R_GPREL64I, MLX, 0},  {R_LTOFF64I, MIB, 2},
        {R_LTOFF_FPTR64I, MII, 2}, {R_FPTR64I, BBB, 1},   {R_PCREL21B, MII, 1},
        {R_PCREL21B, MLX, 2},      {R_PCREL21M, MIB, 2},  {R_PCREL21F, MII, 1},
        {R_PCREL60B, MIB, 2},      {R_PCREL60B, MLX, 0},  {R_IMM22, 0x06, 0}, // reserved
        {R_PCREL21B, 0x1e, 2},     {R_IMM22, MII, 3},     {R_IMM64, MLX, 3},
        {R_IMM22, MII, 4},         {R_PCREL21B, MIB, 15},
    };
    for (size_t i = 0; i < BTL_COUNT(wrong); i++) {
        struct link_fixture f;
        assert_false(layout_slot(&f, wrong[i].type, wrong[i].template, wrong[i].slot, 16));
        assert_codes(&f.memory, &f.diags, "link-reloc-slot");
        lf_end(&f);
    }
}

// Where a section may ia_begin at 8, its bundles are no bundles.
TEST(code_must_be_aligned_to_bundles)
{
    struct link_fixture f;
    assert_false(layout_slot(&f, R_IMM22, MII, 0, 8));
    assert_codes(&f.memory, &f.diags, "link-reloc-slot");
    lf_end(&f);
    assert_true(layout_slot(&f, R_IMM22, MII, 0, 32));
    lf_end(&f);
}

// Layout has checked the entries; the store does not rely on it.
TEST(an_entry_that_changes_after_layout_is_stopped_at_the_store)
{
    static const uint32_t types[] = {R_IMM22};
    for (unsigned offset = 3; offset <= 16; offset += 13) {
        struct link_fixture f;
        ia_begin(&f, SIZE_MAX);
        uint32_t text = ia_add_text(&f, ".text", types, 1);
        uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
        uint32_t rela = ia_relocate(&f, text, 0, R_IMM22, symbol, 0);
        assert_true(lf_resolve(&f, IA_BASE));
        eb_rela_at(&f.builder, rela, 0)->offset = offset; // no such slot; no such bundle
        assert_false(btl_image_relocate(&f.image, &f.diags));
        assert_codes(&f.memory, &f.diags, "link-reloc-outside");
        lf_end(&f);
    }
}

TEST(a_symbol_number_that_the_file_does_not_have_is_refused)
{
    struct link_fixture f;
    static const uint32_t types[] = {R_IMM22};
    ia_begin(&f, SIZE_MAX);
    uint32_t text = ia_add_text(&f, ".text", types, 1);
    uint32_t last = eb_symbol(&f.builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    eb_rela(&f.builder, text, 0, last, R_IMM22, 0);
    eb_rela(&f.builder, text, 0, last + 1, R_IMM22, 0);
    eb_rela(&f.builder, text, 0, UINT32_MAX, R_NONE, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-symbol link-reloc-symbol");
    lf_end(&f);
}

static bool layout_type(struct link_fixture *f, uint32_t type)
{
    static const uint32_t types[] = {R_IMM22};
    ia_begin(f, SIZE_MAX);
    uint32_t text = ia_add_text(f, ".text", types, 1);
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    eb_rela(&f->builder, text, 0, symbol, type, 0);
    return lf_layout(f);
}

TEST(types_without_meaning_in_a_module_are_refused_by_name)
{
    static const struct {
        uint32_t type;
        const char *name;
    } refused[] = {
        {0x24, "DIR32MSB"},
        {0x26, "DIR64MSB"},
        {0x2c, "GPREL32MSB"},
        {0x2d, "GPREL32LSB"},
        {0x2e, "GPREL64MSB"},
        {0x2f, "GPREL64LSB"},
        {0x3a, "PLTOFF22"},
        {0x3b, "PLTOFF64I"},
        {0x3e, "PLTOFF64MSB"},
        {0x3f, "PLTOFF64LSB"},
        {0x44, "FPTR32MSB"},
        {0x45, "FPTR32LSB"},
        {0x46, "FPTR64MSB"},
        {0x4c, "PCREL32MSB"},
        {0x4e, "PCREL64MSB"},
        {0x54, "LTOFF_FPTR32MSB"},
        {0x55, "LTOFF_FPTR32LSB"},
        {0x56, "LTOFF_FPTR64MSB"},
        {0x57, "LTOFF_FPTR64LSB"},
        {0x5c, "SEGREL32MSB"},
        {0x5d, "SEGREL32LSB"},
        {0x5e, "SEGREL64MSB"},
        {0x64, "SECREL32MSB"},
        {0x66, "SECREL64MSB"},
        {0x6c, "REL32MSB"},
        {0x6d, "REL32LSB"},
        {0x6e, "REL64MSB"},
        {0x6f, "REL64LSB"},
        {0x74, "LTV32MSB"},
        {0x75, "LTV32LSB"},
        {0x76, "LTV64MSB"},
        {0x77, "LTV64LSB"},
        {0x79, "PCREL21BI"},
        {0x7a, "PCREL22"},
        {0x7b, "PCREL64I"},
        {0x80, "IPLTMSB"},
        {0x81, "IPLTLSB"},
        {0x84, "COPY"},
        {0x85, "SUB"},
        {0x91, "TPREL14"},
        {0x92, "TPREL22"},
        {0x93, "TPREL64I"},
        {0x96, "TPREL64MSB"},
        {0x97, "TPREL64LSB"},
        {0x9a, "LTOFF_TPREL22"},
        {0xa6, "DTPMOD64MSB"},
        {0xa7, "DTPMOD64LSB"},
        {0xaa, "LTOFF_DTPMOD22"},
        {0xb1, "DTPREL14"},
        {0xb2, "DTPREL22"},
        {0xb3, "DTPREL64I"},
        {0xb4, "DTPREL32MSB"},
        {0xb5, "DTPREL32LSB"},
        {0xb6, "DTPREL64MSB"},
        {0xb7, "DTPREL64LSB"},
        {0xba, "LTOFF_DTPREL22"},
    };
    for (size_t i = 0; i < BTL_COUNT(refused); i++) {
        struct link_fixture f;
        assert_false(layout_type(&f, refused[i].type));
        assert_codes(&f.memory, &f.diags, "link-reloc-unsupported");
        const char *name = test_text(&f.memory, f.diags.first->arg[0].str);
        assert_memory_equal(name, "R_IA64_", 7);
        assert_string_equal(name + 7, refused[i].name);
        assert_string_equal(btl_reloc_name(ELF_MACHINE_IA64, refused[i].type), name);
        lf_end(&f);
    }
}

TEST(unknown_types_are_refused_by_number)
{
    static const uint32_t unknown[] = {0x01, 0x20, 0x28, 0x42, 0x78, 0x88, 0xbb, 0xff, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        struct link_fixture f;
        assert_false(layout_type(&f, unknown[i]));
        assert_codes(&f.memory, &f.diags, "link-reloc-unknown");
        assert_int_equal(f.diags.first->arg[0].number, unknown[i]);
        assert_null(btl_reloc_name(ELF_MACHINE_IA64, unknown[i]));
        lf_end(&f);
    }
}

TEST(every_bad_relocation_is_reported)
{
    static const uint32_t types[] = {R_IMM14, R_IMM22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t text = ia_add_text(&f, ".text", types, 2);
    uint32_t far = eb_symbol(&f.builder, "far", EB_GLOBAL(0), ELF_SHN_ABS, 1ull << 40, 0);
    ia_relocate(&f, text, 0, R_IMM14, far, 0);
    ia_relocate(&f, text, 16, R_IMM22, far, 0);
    ia_relocate(&f, text, 0, R_DIR64LSB, far, 0);
    assert_false(lf_link(&f, IA_BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow link-reloc-overflow");
    assert_true(lf_load64(&f, text, 0) == 1ull << 40); // what is right is applied all the same
    lf_end(&f);
}

TEST(a_symbol_in_a_section_that_is_not_loaded_has_no_address)
{
    static const uint32_t types[] = {R_LTOFF22, R_PCREL21B, R_LTOFF_FPTR22, R_FPTR64LSB};
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        struct link_fixture f;
        ia_begin(&f, SIZE_MAX);
        uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
        uint32_t debug = eb_section(&f.builder, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
        uint32_t symbol = eb_symbol(&f.builder, "", EB_LOCAL(ELF_STT_SECTION), debug, 0, 0);
        ia_relocate(&f, text, 16 * i, types[i], symbol, 0);
        assert_false(lf_link(&f, IA_BASE));
        assert_codes(&f.memory, &f.diags, "link-reloc-unloaded");
        lf_end(&f);
    }
}

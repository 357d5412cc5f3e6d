// SPDX-License-Identifier: BSD-2-Clause
// Relocations of aarch64 that are wrong: the place, the instruction, the symbol, the type.
#include "test_case.h"

#include <string.h>

#include "aarch64_types.h"
#include "link/reloc.h"

TEST(what_leaves_its_section_is_refused)
{
    for (size_t i = 0; i < BTL_COUNT(aa_kinds); i++)
        for (unsigned beyond = 0; beyond <= 1; beyond++) {
            const uint32_t types[] = {aa_kinds[i].type, aa_kinds[i].type};
            struct link_fixture f;
            unsigned width = aa_kinds[i].width;
            aa_begin(&f, SIZE_MAX);
            // Instructions are on 0 and 8: the section loses its last bytes after the second one.
            uint32_t text = aa_add_text(&f, ".text", types, 2);
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, 8, symbol, aa_kinds[i].type, 0);
            lf_finish(&f);
            eb_section_at(&f.builder, text)->size = 8 + width - (width != 0 ? beyond : 0);
            assert_int_equal(lf_layout(&f), !beyond || width == 0);
            assert_codes(&f.memory, &f.diags, beyond && width != 0 ? "link-reloc-outside" : "");
            lf_end(&f);
        }
}

TEST(offsets_near_2_to_the_64_are_outside)
{
    static const uint32_t types[] = {A_ABS64, A_ABS16, A_CALL26, A_ADR_GOT_PAGE};
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (uint64_t offset = UINT64_MAX - 8; offset != 0; offset++) {
            struct link_fixture f;
            aa_begin(&f, SIZE_MAX);
            uint32_t text = aa_add_text(&f, ".text", types, BTL_COUNT(types));
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, offset, symbol, types[i], 0);
            assert_false(lf_layout(&f));
            assert_codes(&f.memory, &f.diags, "link-reloc-outside");
            lf_end(&f);
        }
}

// Layout has checked the entries; the store does not rely on that.
TEST(an_entry_that_changes_after_layout_is_stopped_at_the_store)
{
    static const uint32_t types[] = {A_ADD_ABS_LO12_NC};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    uint32_t text = aa_add_text(&f, ".text", types, 1);
    uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
    uint32_t rela = eb_rela(&f.builder, text, 0, symbol, types[0], 0);
    assert_true(lf_resolve(&f, AA_BASE));
    eb_rela_at(&f.builder, rela, 0)->offset = 5;
    assert_false(btl_image_relocate(&f.image, &f.diags));
    assert_codes(&f.memory, &f.diags, "link-reloc-outside");
    lf_end(&f);
}

// Lay out one instruction with a relocation at `offset`.
static bool layout_word(struct link_fixture *f, uint32_t type, uint32_t instruction,
                        uint64_t offset, uint64_t align)
{
    uint32_t code[3] = {instruction, instruction, instruction};
    aa_begin(f, SIZE_MAX);
    uint32_t text =
        eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, align, code, sizeof(code));
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f->builder, text, offset, symbol, type, 0);
    return lf_layout(f);
}

TEST(a_field_needs_an_instruction_that_has_it)
{
    static const uint32_t others[] = {0, 0xd503201f, 0xd65f03c0, 0x8b0600a5}; // udf, nop, ret, add
    for (size_t i = 0; i < BTL_COUNT(aa_kinds); i++)
        for (size_t k = 0; k <= BTL_COUNT(others); k++) {
            const struct aa_kind *kind = &aa_kinds[i];
            struct link_fixture f;
            bool own = k == BTL_COUNT(others), good = own || kind->instruction == 0;
            uint32_t instruction = own ? kind->instruction : others[k];
            assert_int_equal(layout_word(&f, kind->type, instruction, 4, 4), good);
            assert_codes(&f.memory, &f.diags, good ? "" : "link-reloc-slot");
            lf_end(&f);
        }
}

TEST(similar_instructions_are_told_apart)
{
    static const struct {
        uint32_t type, instruction;
        bool good;
    } cases[] = {
        {A_CONDBR19, 0xb4000005, true},          // cbz x5
        {A_CONDBR19, 0x35000005, true},          // cbnz w5
        {A_CONDBR19, 0x5400000e, true},          // b.al
        {A_CONDBR19, 0x58000005, false},         // ldr x5, .
        {A_CONDBR19, 0x36000005, false},         // tbz w5, #0
        {A_TSTBR14, 0x37000005, true},           // tbnz w5, #0
        {A_TSTBR14, 0x34000005, false},          // cbz w5
        {A_LD_PREL_LO19, 0xd8000005, true},      // prfm
        {A_LD_PREL_LO19, 0x9c000005, true},      // ldr q5, .
        {A_LD_PREL_LO19, 0x54000001, false},     // b.ne
        {A_ADR_PREL_LO21, 0x90000005, false},    // adrp x5
        {A_ADR_PREL_PG_HI21, 0x10000005, false}, // adr x5
        {A_ADR_PREL_PG_HI21, 0xb0000005, true},  // adrp x5, with a page in the field
        {A_ADD_ABS_LO12_NC, 0x110000c5, true},   // add w5, w6, #0
        {A_ADD_ABS_LO12_NC, 0x8b0600a5, false},  // add x5, x5, x6
        {A_ADD_ABS_LO12_NC, 0xf94000c5, false},  // ldr x5, [x6]
        {A_LDST64, 0xfd4000c5, true},            // ldr d5, [x6]
        {A_LDST64, 0xf98000c5, true},            // prfm
        {A_LDST64, 0xf84000c5, false},           // ldur x5, [x6]
        {A_LDST64, 0x910000c5, false},           // add x5, x6, #0
        {A_UABS_G0, 0xf2800005, true},           // movk x5
        {A_UABS_G0, 0x52800005, true},           // movz w5
        {A_UABS_G0, 0xb2400005, false},          // orr x5, x0, #1
        {A_SABS_G0, 0x92800005, true},           // movn x5
        {A_SABS_G0, 0xf2800005, false},          // movk x5
        {A_CALL26, 0x14000000, true},            // b
        {A_CALL26, 0x54000000, false},           // b.eq
        {A_CALL26, 0xd503201f, false},           // nop
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct link_fixture f;
        bool good = layout_word(&f, cases[i].type, cases[i].instruction, 4, 4);
        if (good != cases[i].good)
            print_message("case %zu\n", i);
        assert_int_equal(good, cases[i].good);
        assert_codes(&f.memory, &f.diags, good ? "" : "link-reloc-slot");
        lf_end(&f);
    }
}

TEST(instructions_are_aligned)
{
    for (size_t i = 0; i < BTL_COUNT(aa_kinds); i++)
        for (unsigned align = 1; align <= 4; align *= 2)
            for (unsigned offset = 0; offset < 4; offset++) {
                const struct aa_kind *kind = &aa_kinds[i];
                struct link_fixture f;
                bool good = kind->instruction == 0 || (align == 4 && offset == 0);
                assert_int_equal(layout_word(&f, kind->type, kind->instruction, offset, align),
                                 good);
                assert_codes(&f.memory, &f.diags, good ? "" : "link-reloc-slot");
                lf_end(&f);
            }
}

TEST(a_symbol_number_that_the_file_does_not_have_is_refused)
{
    static const uint32_t types[] = {A_CALL26, A_NONE};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    uint32_t text = aa_add_text(&f, ".text", types, 2);
    uint32_t last = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f.builder, text, 0, last, A_CALL26, 0);
    eb_rela(&f.builder, text, 0, last + 1, A_CALL26, 0);
    eb_rela(&f.builder, text, 8, UINT32_MAX, A_NONE, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-symbol link-reloc-symbol");
    assert_int_equal(f.diags.first->arg[3].number, last + 1);
    lf_end(&f);
}

TEST(a_symbol_in_a_section_that_is_not_loaded_has_no_address)
{
    static const uint32_t types[] = {A_CALL26, A_ABS64, A_NONE};
    struct link_fixture f;
    aa_begin(&f, SIZE_MAX);
    uint32_t text = aa_add_text(&f, ".text", types, 3);
    uint32_t debug = eb_section(&f.builder, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
    uint32_t symbol = eb_symbol(&f.builder, "", EB_LOCAL(ELF_STT_SECTION), debug, 0, 0);
    for (unsigned i = 0; i < 3; i++)
        eb_rela(&f.builder, text, 8 * i, symbol, types[i], 0);
    assert_false(lf_link(&f, AA_BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-unloaded link-reloc-unloaded");
    lf_end(&f);
}

// One entry of that type against an absolute symbol; layout only.
static bool layout_type(struct link_fixture *f, uint32_t type)
{
    aa_begin(f, SIZE_MAX);
    uint32_t text = eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 8, NULL, 16);
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_GLOBAL(0), ELF_SHN_ABS, 0, 0);
    eb_rela(&f->builder, text, 0, symbol, type, 0);
    return lf_layout(f);
}

TEST(types_without_meaning_in_a_module_are_refused_by_name)
{
    static const struct {
        uint32_t first, last;
    } runs[] = {{300, 308}, {310, 310}, {314, 315}, {512, 573}, {1024, 1032}};
    static const struct {
        uint32_t type;
        const char *name;
    } names[] = {
        {300, "R_AARCH64_MOVW_GOTOFF_G0"},
        {307, "R_AARCH64_GOTREL64"},
        {310, "R_AARCH64_LD64_GOTOFF_LO15"},
        {314, "R_AARCH64_PLT32"},
        {512, "R_AARCH64_TLSGD_ADR_PREL21"},
        {541, "R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21"},
        {549, "R_AARCH64_TLSLE_ADD_TPREL_HI12"},
        {569, "R_AARCH64_TLSDESC_CALL"},
        {573, "R_AARCH64_TLSLD_LDST128_DTPREL_LO12_NC"},
        {1024, "R_AARCH64_COPY"},
        {1027, "R_AARCH64_RELATIVE"},
        {1032, "R_AARCH64_IRELATIVE"},
    };
    for (size_t i = 0; i < BTL_COUNT(runs); i++)
        for (uint32_t type = runs[i].first; type <= runs[i].last; type++) {
            struct link_fixture f;
            assert_false(layout_type(&f, type));
            assert_codes(&f.memory, &f.diags, "link-reloc-unsupported");
            assert_true(btl_str_begins(f.diags.first->arg[0].str, BTL_STR("R_AARCH64_")));
            lf_end(&f);
        }
    for (size_t i = 0; i < BTL_COUNT(names); i++)
        assert_string_equal(btl_reloc_name(ELF_MACHINE_AARCH64, names[i].type), names[i].name);
}

// 1 to 255 are types of 32-bit code.
TEST(unknown_types_are_refused_by_number)
{
    static const uint32_t unknown[] = {1,   2,   255, 281,  294,  298,        316,
                                       511, 574, 580, 1023, 1033, 0x80000101, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        struct link_fixture f;
        assert_false(layout_type(&f, unknown[i]));
        assert_codes(&f.memory, &f.diags, "link-reloc-unknown");
        assert_int_equal(f.diags.first->arg[0].number, unknown[i]);
        assert_null(btl_reloc_name(ELF_MACHINE_AARCH64, unknown[i]));
        lf_end(&f);
    }
}

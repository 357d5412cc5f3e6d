// SPDX-License-Identifier: BSD-2-Clause
// What lies where, for relocations of ia64: offsets in sections, data in reach of gp, the GOT.
#include "test_case.h"

#include <string.h>

#include "link/ia64_entries.h"
#include "ia64_types.h"

TEST(secrel_counts_from_the_section_of_the_symbol)
{
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    eb_section(b, ".rodata", ELF_SHT_PROGBITS, LF_CONST, 16, NULL, 0x234);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    uint32_t debug = eb_section(b, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
    uint32_t inside = eb_symbol(b, "inside", EB_GLOBAL(0), data, 40, 0);
    uint32_t text = eb_symbol(b, "text", EB_LOCAL(0), debug, 7, 0); // is not loaded: no matter
    ia_relocate(&f, data, 0, R_SECREL32LSB, inside, 3);
    ia_relocate(&f, data, 8, R_SECREL64LSB, inside, -41);
    ia_relocate(&f, data, 16, R_SECREL32LSB, text, 0);
    ia_relocate(&f, data, 24, R_SECREL32LSB, inside, 0xffffffff - 40);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(lf_load32(&f, data, 0), 43);
    assert_true(lf_load64(&f, data, 8) == UINT64_MAX);
    assert_int_equal(lf_load32(&f, data, 16), 7);
    assert_true(lf_load32(&f, data, 24) == 0xffffffff);
    lf_end(&f);
}

TEST(secrel_beyond_32_bits_is_refused)
{
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t data = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    uint32_t inside = eb_symbol(&f.builder, "inside", EB_GLOBAL(0), data, 40, 0);
    ia_relocate(&f, data, 0, R_SECREL32LSB, inside, 0x100000000 - 40);
    ia_relocate(&f, data, 0, R_SECREL32LSB, inside, -41);
    assert_false(lf_link(&f, IA_BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow link-reloc-overflow");
    lf_end(&f);
}

TEST(secrel_of_what_has_no_section_is_refused)
{
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    ia_relocate(&f, data, 0, R_SECREL64LSB, eb_symbol(b, "a", EB_GLOBAL(0), ELF_SHN_ABS, 1, 0), 0);
    ia_relocate(&f, data, 0, R_SECREL32LSB, eb_symbol(b, "u", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0),
                0);
    ia_relocate(&f, data, 0, R_SECREL32LSB, eb_symbol(b, "c", EB_GLOBAL(0), ELF_SHN_COMMON, 8, 8),
                0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags,
                 "link-reloc-no-section link-reloc-no-section link-reloc-no-section");
    lf_end(&f);
}

// Short sections lie around gp, however large what is not short is.
TEST(short_data_and_the_got_are_in_reach_of_gp)
{
    enum { LARGE = 3 << 20 };
    static const uint32_t types[] = {R_GPREL22, R_GPREL22, R_GPREL22, R_LTOFF22};
    static const char *const names[] = {".srodata", ".sdata", ".sbss"};
    static const uint64_t flags[] = {LF_CONST, LF_DATA, LF_DATA};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t large = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, LARGE);
    eb_section(b, ".rodata", ELF_SHT_PROGBITS, LF_CONST, 16, NULL, LARGE);
    eb_section(b, ".bss", ELF_SHT_NOBITS, LF_DATA, 16, NULL, LARGE);
    uint32_t section[3];
    for (unsigned i = 0; i < 3; i++) {
        section[i] = eb_section(b, names[i], i == 2 ? ELF_SHT_NOBITS : ELF_SHT_PROGBITS,
                                flags[i] | ELF_SHF_IA64_SHORT, 8, NULL, 64);
        ia_relocate(&f, text, 16 * i, R_GPREL22,
                    eb_symbol(b, names[i], EB_LOCAL(0), section[i], 8, 0), 0);
    }
    uint32_t far = eb_symbol(b, "far", EB_LOCAL(0), large, LARGE - 8, 0);
    ia_relocate(&f, text, 48, R_LTOFF22, far, 0);
    assert_true(lf_link(&f, IA_BASE));
    for (unsigned i = 0; i < 3; i++)
        assert_true(ia_gp_of(&f) + ia_field_at(&f, 16 * i, R_GPREL22) ==
                    lf_address(&f, section[i]) + 8);
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 48, R_LTOFF22)) ==
                lf_address(&f, large) + LARGE - 8);
    lf_end(&f);
}

// ------------------------------------------------------------------------------------------ GOT

TEST(uses_of_one_address_share_its_got_entry)
{
    static const uint32_t types[] = {R_LTOFF22,  R_LTOFF22X, R_LTOFF64I,
                                     R_LTOFF22X, R_LTOFF22,  R_LDXMOV};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t local = eb_symbol(&f.builder, "local", EB_LOCAL(0), text, 8, 0);
    uint32_t absent = eb_symbol(&f.builder, "absent", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
    const struct {
        uint32_t symbol;
        int64_t addend;
        uint64_t value;
    } uses[] = {
        {local, 0, IA_BASE + 8},   {local, 0, IA_BASE + 8}, {local, 0, IA_BASE + 8},
        {local, 16, IA_BASE + 24}, {absent, 0, 0},          {local, 0, 0},
    };
    for (unsigned i = 0; i < BTL_COUNT(uses); i++)
        ia_relocate(&f, text, 16 * i, types[i], uses[i].symbol, uses[i].addend);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.got_count, 3);
    uint64_t entry[5];
    for (unsigned i = 0; i < 5; i++) {
        entry[i] = ia_gp_of(&f) + ia_field_at(&f, 16 * i, types[i]);
        assert_true(btl_in_range(entry[i] - IA_BASE - f.image.got_offset, 8, 8 * 3));
        assert_true(ia_word_at(&f, entry[i]) == uses[i].value);
    }
    assert_true(entry[0] == entry[1] && entry[1] == entry[2] && entry[2] != entry[3]);
    lf_end(&f);
}

static void make_full_got(struct link_fixture *f, uint32_t entries)
{
    static const uint32_t types[] = {R_LTOFF22};
    ia_begin(f, SIZE_MAX);
    uint32_t text = ia_add_text(f, ".text", types, 1);
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    for (uint32_t i = 0; i < entries; i++)
        ia_relocate(f, text, 0, R_LTOFF22, symbol, i);
}

TEST(a_full_got_is_in_reach_to_its_first_entry)
{
    struct link_fixture f;
    make_full_got(&f, BTL_IA64_GOT_MAX);
    // The one whose value stays in the field comes last: let it be the first entry.
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.got_count, BTL_IA64_GOT_MAX);
    assert_true(ia_gp_of(&f) - (IA_BASE + f.image.got_offset) <= 2u << 20);
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 0, R_LTOFF22)) ==
                BTL_IA64_GOT_MAX - 1);
    lf_end(&f);
}

TEST(one_got_entry_more_is_refused_before_memory_is_asked_for)
{
    struct link_fixture f;
    make_full_got(&f, BTL_IA64_GOT_MAX + 1);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-got-full");
    assert_int_equal(f.diags.first->arg[0].number, BTL_IA64_GOT_MAX + 1);
    lf_end(&f);
}

// --------------------------------------------------------------------------------------- memory

TEST(running_out_of_memory_is_reported_at_every_allocation)
{
    for (size_t n = 0;; n++) {
        struct link_fixture f;
        static const uint32_t types[] = {R_LTOFF22};
        ia_begin(&f, n);
        uint32_t text = ia_add_text(&f, ".text", types, 1);
        uint32_t out = eb_symbol(&f.builder, "out", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
        uint32_t in = eb_symbol(&f.builder, "in", EB_GLOBAL(ELF_STT_FUNC), text, 0, 16);
        for (int i = 0; i < 100; i++) // so that the table of what is made grows
            ia_relocate(&f, text, 0, R_LTOFF22, in, i);
        ia_relocate(&f, text, 0, R_FPTR64LSB, out, 0);
        bool good = lf_link(&f, IA_BASE), starved = f.memory.refused > 0;
        assert_int_equal(good, !starved);
        // With nothing at all left, not even the message finds room: it is counted as lost.
        if (starved)
            assert_true(f.diags.lost > 0 || test_count_code(&f.diags, BTL_NO_MEMORY) > 0 ||
                        f.symtab.arena == NULL || f.symtab.capacity == 0);
        lf_end(&f);
        if (!starved) {
            assert_true(n > 6);
            return;
        }
    }
}

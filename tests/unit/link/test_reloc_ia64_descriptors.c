// SPDX-License-Identifier: BSD-2-Clause
// Descriptors that the linker makes for functions of ia64.
#include "test_case.h"

#include <string.h>

#include "ia64_types.h"

TEST(a_function_has_one_descriptor_by_whatever_name)
{
    static const uint32_t types[] = {R_LTOFF_FPTR22, R_LTOFF_FPTR64I, R_FPTR64I, R_LTOFF_FPTR22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 24);
    uint32_t function = eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), text, 16, 16);
    uint32_t alias = eb_symbol(b, "g", EB_WEAK(ELF_STT_FUNC), text, 16, 16);
    uint32_t section = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), text, 0, 0);
    uint32_t other = eb_symbol(b, "h", EB_LOCAL(ELF_STT_FUNC), text, 32, 16);
    ia_relocate(&f, text, 0, R_LTOFF_FPTR22, function, 0);
    ia_relocate(&f, text, 16, R_LTOFF_FPTR64I, alias, 0);
    ia_relocate(&f, text, 32, R_FPTR64I, section, 16);
    ia_relocate(&f, text, 48, R_LTOFF_FPTR22, other, 0);
    ia_relocate(&f, data, 1, R_FPTR64LSB, alias, 0);
    ia_relocate(&f, data, 16, R_FPTR64LSB, other, 0);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.opd_size, 2 * 16);
    uint64_t descriptor = lf_load64(&f, data, 1);
    assert_true(ia_is_descriptor(&f, descriptor, IA_BASE + 16));
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 0, R_LTOFF_FPTR22)) == descriptor);
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 16, R_LTOFF_FPTR64I)) == descriptor);
    assert_true(ia_field_at(&f, 32, R_FPTR64I) == descriptor);
    assert_true(btl_image_export_value(&f.image, function) == descriptor);
    assert_true(btl_image_export_value(&f.image, alias) == descriptor);
    assert_true(ia_is_descriptor(&f, lf_load64(&f, data, 16), IA_BASE + 32));
    lf_end(&f);
}

TEST(exports_of_functions_are_descriptors_and_of_data_addresses)
{
    static const uint32_t types[] = {R_NONE, R_NONE};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 24);
    uint32_t function = eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), text, 16, 16);
    uint32_t variable = eb_symbol(b, "v", EB_GLOBAL(ELF_STT_OBJECT), data, 8, 8);
    uint32_t label = eb_symbol(b, "l", EB_GLOBAL(ELF_STT_NOTYPE), text, 0, 0);
    uint32_t common = eb_symbol(b, "c", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_COMMON, 8, 8);
    eb_symbol(b, "private", EB_LOCAL(ELF_STT_FUNC), text, 0, 16);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.opd_size, 16); // of f: no relocation needs the local function's
    assert_true(ia_is_descriptor(&f, btl_image_export_value(&f.image, function), IA_BASE + 16));
    assert_true(btl_image_export_value(&f.image, variable) == lf_address(&f, data) + 8);
    assert_true(btl_image_export_value(&f.image, label) == IA_BASE);
    assert_true(btl_image_export_value(&f.image, common) == f.image.value[common]);
    lf_end(&f);
}

// The null symbol is the address 0: what is said of it is said of absolute addresses.
TEST(the_null_symbol_is_an_absolute_address)
{
    static const uint32_t types[] = {R_PCREL21B, R_LTOFF_FPTR22, R_LTOFF22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 16);
    ia_relocate(&f, text, 0, R_PCREL21B, 0, (int64_t)(IA_BASE + 0x40));
    ia_relocate(&f, text, 16, R_LTOFF_FPTR22, 0, 0x5550);
    ia_relocate(&f, text, 32, R_LTOFF22, 0, 0x5550);
    ia_relocate(&f, data, 0, R_FPTR64LSB, 0, 0x5550);
    ia_relocate(&f, data, 8, R_DIR64LSB, 0, 0x5550);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(ia_field_at(&f, 0, R_PCREL21B), 0x40);
    assert_true(ia_is_descriptor(&f, lf_load64(&f, data, 0), 0x5550));
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 16, R_LTOFF_FPTR22)) ==
                lf_load64(&f, data, 0));
    assert_true(ia_word_at(&f, ia_gp_of(&f) + ia_field_at(&f, 32, R_LTOFF22)) == 0x5550);
    assert_int_equal(lf_load64(&f, data, 8), 0x5550);
    lf_end(&f);
}

// More than 2 MiB of them: they must not lie between gp and what gp has to reach.
TEST(descriptors_are_in_nobodys_way)
{
    enum { FUNCTIONS = (2 << 20) / 16 + 1 };
    static const uint32_t types[] = {R_GPREL22, R_LTOFF22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = ia_add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t more =
        eb_section(b, ".text.more", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, 16 * FUNCTIONS);
    uint32_t constant =
        eb_section(b, ".srodata", ELF_SHT_PROGBITS, LF_CONST | ELF_SHF_IA64_SHORT, 8, NULL, 8);
    uint32_t local = eb_symbol(b, "constant", EB_LOCAL(0), constant, 0, 0);
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), more, 16 * i, 16);
    ia_relocate(&f, text, 0, R_GPREL22, local, 0);
    ia_relocate(&f, text, 16, R_LTOFF22, local, 0);
    assert_true(lf_link(&f, IA_BASE));
    assert_int_equal(f.image.opd_size, 16 * FUNCTIONS);
    assert_true(ia_gp_of(&f) + ia_field_at(&f, 0, R_GPREL22) == lf_address(&f, constant));
    lf_end(&f);
}

TEST(common_data_has_no_descriptor)
{
    static const uint32_t types[] = {R_LTOFF_FPTR22};
    struct link_fixture f;
    ia_begin(&f, SIZE_MAX);
    uint32_t text = ia_add_text(&f, ".text", types, 1);
    uint32_t common = eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, 8);
    ia_relocate(&f, text, 0, R_LTOFF_FPTR22, common, 0);
    ia_relocate(&f, text, 0, R_FPTR64LSB, common, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-no-function link-reloc-no-function");
    lf_end(&f);
}

// SPDX-License-Identifier: BSD-2-Clause
// The window through which relocators write, and finding the entries.
#include "test_case.h"

#include <stdlib.h>

#include "link_fixture.h"
#include "link/reloc.h"

// The block has exactly the window's size: ASan sees a store that the window should have stopped.
TEST(a_store_needs_its_whole_width_inside_the_window)
{
    enum { SIZE = 16 };
    uint8_t *block = calloc(1, SIZE);
    assert_non_null(block);
    struct btl_window window = {.memory = block, .size = SIZE};
    assert_true(btl_window_store32(&window, SIZE - 4, 1));
    assert_true(btl_window_store64(&window, SIZE - 8, 1));
    assert_ptr_equal(btl_window_bytes(&window, SIZE - 1, 1), block + SIZE - 1);
    for (uint64_t offset = SIZE - 3; offset <= SIZE + 1; offset++)
        assert_false(btl_window_store32(&window, offset, 1)); // the offset alone may be inside
    for (uint64_t offset = SIZE - 7; offset <= SIZE + 1; offset++)
        assert_false(btl_window_store64(&window, offset, 1));
    assert_null(btl_window_bytes(&window, SIZE, 1)); // `>` for `>=` at the end
    free(block);
}

TEST(offsets_that_wrap_are_outside)
{
    uint8_t block[8] = {0};
    struct btl_window window = {.memory = block, .size = sizeof(block)};
    assert_false(btl_window_store32(&window, UINT64_MAX, 1));
    assert_false(btl_window_store32(&window, UINT64_MAX - 3, 1));
    assert_false(btl_window_store64(&window, UINT64_MAX - 7, 1));
    assert_null(btl_window_bytes(&window, 4, UINT64_MAX));
}

TEST(a_window_smaller_than_the_field_takes_nothing)
{
    uint8_t block[3] = {0};
    struct btl_window window = {.memory = block, .size = sizeof(block)};
    assert_false(btl_window_store32(&window, 0, 1));
    assert_false(btl_window_store64(&window, 0, 1));
}

TEST(fields_may_be_unaligned)
{
    uint8_t block[16] = {0};
    struct btl_window window = {.memory = block, .size = sizeof(block)};
    assert_true(btl_window_store32(&window, 1, 0x04030201));
    assert_true(btl_window_store64(&window, 7, 0x0807060504030201));
    assert_int_equal(block[1], 1);
    assert_int_equal(block[4], 4);
    assert_int_equal(block[7], 1);
    assert_int_equal(block[14], 8);
}

TEST(entries_are_found_for_loaded_sections_only)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = eb_section(b, ".text", ELF_SHT_PROGBITS, LF_CODE, 1, NULL, 16);
    uint32_t debug = eb_section(b, ".debug", ELF_SHT_PROGBITS, 0, 1, NULL, 16);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 1, NULL, 24);
    uint32_t symbol = eb_symbol(b, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(b, debug, 0, symbol, 1, 0);
    eb_rela(b, data, 0, symbol, 1, 0);
    eb_rela(b, data, 8, symbol, 1, 0);
    assert_true(lf_resolve(&f, LF_BASE));
    struct btl_rela rela;
    uint32_t cursor = 0;
    assert_true(btl_rela_next(&f.image, &cursor, &rela));
    assert_int_equal(rela.target, data);
    assert_int_equal(rela.count, 2);
    assert_int_equal(rela.window.size, 24);
    assert_ptr_equal(rela.window.memory, f.block + f.image.section_offset[data]);
    assert_true(rela.window.address == LF_BASE + f.image.section_offset[data]);
    assert_false(btl_rela_next(&f.image, &cursor, &rela));
    assert_false(btl_rela_next(&f.image, &cursor, &rela));
    lf_end(&f);
}

TEST(relocators_are_found_by_machine)
{
    assert_ptr_equal(btl_relocator_find(ELF_MACHINE_X86_64), &btl_relocator_x86_64);
    assert_ptr_equal(btl_relocator_find(ELF_MACHINE_IA64), &btl_relocator_ia64);
    assert_ptr_equal(btl_relocator_find(ELF_MACHINE_AARCH64), &btl_relocator_aarch64);
    assert_null(btl_relocator_find(0));
    assert_null(btl_relocator_find(UINT16_MAX));
}

TEST(types_have_names)
{
    assert_string_equal(btl_reloc_name(ELF_MACHINE_X86_64, 2), "R_X86_64_PC32");
    assert_null(btl_reloc_name(ELF_MACHINE_X86_64, 39)); // a hole in the table
    assert_null(btl_reloc_name(ELF_MACHINE_X86_64, UINT32_MAX));
    assert_null(btl_reloc_name(0, 2));
}

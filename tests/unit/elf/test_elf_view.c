// SPDX-License-Identifier: BSD-2-Clause
// What the accessors say about a file that the gate has let through.
#include "test_case.h"

#include "elf_defects.h"

struct opened {
    struct test_memory memory;
    struct elf_builder builder;
    struct btl_elf elf;
};

static void open_sample(struct opened *o, bool extended)
{
    test_memory_begin(&o->memory);
    struct btl_diags diags = {.arena = &o->memory.arena};
    sample_module(&o->builder);
    o->builder.extended = extended;
    struct btl_bytes file = eb_finish(&o->builder);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &o->elf, &diags));
}

static void close_sample(struct opened *o)
{
    eb_end(&o->builder);
    test_memory_end(&o->memory);
}

static void check_names_and_sections(bool extended)
{
    static const struct {
        const char *name;
        uint32_t section;
        uint16_t special;
    } expected[SAMPLE_SYMBOLS] = {
        [0] = {"", ELF_SHN_UNDEF, 0},
        [SAMPLE_SECTION_SYMBOL] = {"", SAMPLE_TEXT, 0},
        [SAMPLE_LOCAL] = {"sample_local", SAMPLE_DATA, 0},
        [SAMPLE_LOAD] = {"sample_load", SAMPLE_TEXT, 0},
        [SAMPLE_COUNT] = {"sample_count", SAMPLE_BSS, 0},
        [SAMPLE_OUTSIDE] = {"kprintf", ELF_SHN_UNDEF, 0},
        [SAMPLE_COMMON] = {"sample_common", 0, ELF_SHN_COMMON},
        [SAMPLE_ABSOLUTE] = {"sample_answer", 0, ELF_SHN_ABS},
    };
    struct opened o;
    open_sample(&o, extended);
    assert_int_equal(o.elf.extended_sections != NULL, extended);
    for (uint32_t i = 0; i < SAMPLE_SYMBOLS; i++) {
        uint16_t special = 0x5a5a;
        assert_str(&o.memory, btl_elf_symbol_name(&o.elf, i), expected[i].name);
        assert_int_equal(btl_elf_symbol_section(&o.elf, i, &special), expected[i].section);
        assert_int_equal(special, expected[i].special);
    }
    close_sample(&o);
}

TEST(test_symbols)
{
    check_names_and_sections(false);
}

TEST(test_symbols_with_extended_section_indices)
{
    check_names_and_sections(true);
}

TEST(test_section_names)
{
    static const char *const expected[] = {"", ".text", ".data", ".bss", ".modinfo", ".rela.text"};
    struct opened o;
    open_sample(&o, false);
    for (uint32_t i = 0; i < BTL_COUNT(expected); i++)
        assert_str(&o.memory, btl_elf_section_name(&o.elf, i), expected[i]);
    close_sample(&o);
}

TEST(test_section_bytes)
{
    struct opened o;
    open_sample(&o, false);
    struct btl_bytes data = btl_elf_section_bytes(&o.elf, SAMPLE_DATA);
    assert_int_equal(data.size, 8);
    assert_memory_equal(data.at, "dataDATA", 8);
    assert_int_equal(btl_elf_section_bytes(&o.elf, SAMPLE_BSS).size, 0);
    assert_int_equal(btl_elf_section_bytes(&o.elf, 0).size, 0);
    close_sample(&o);
}

TEST(test_find_section)
{
    struct opened o;
    open_sample(&o, false);
    assert_int_equal(btl_elf_find_section(&o.elf, BTL_STR(".bss")), SAMPLE_BSS);
    assert_int_equal(btl_elf_find_section(&o.elf, BTL_STR(".tex")), BTL_NONE);
    assert_int_equal(btl_elf_find_section(&o.elf, BTL_STR(".text2")), BTL_NONE);
    assert_int_equal(btl_elf_find_section(&o.elf, BTL_STR("")), BTL_NONE);
    close_sample(&o);
}

// Of two sections with one name the first is found.
TEST(test_find_first_section)
{
    struct opened o;
    test_memory_begin(&o.memory);
    struct btl_diags diags = {.arena = &o.memory.arena};
    sample_module(&o.builder);
    eb_section(&o.builder, ".data", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 1, "second", 6);
    struct btl_bytes file = eb_finish(&o.builder);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &o.elf, &diags));
    assert_int_equal(btl_elf_find_section(&o.elf, BTL_STR(".data")), SAMPLE_DATA);
    close_sample(&o);
}

TEST(test_more_sections_than_fit_into_16_bits)
{
    struct opened o;
    uint16_t special;
    test_memory_begin(&o.memory);
    struct btl_diags diags = {.arena = &o.memory.arena};
    sample_module(&o.builder);
    o.builder.extended = true;
    uint32_t last = 0;
    for (int i = 0; i < 70000; i++)
        last = eb_section(&o.builder, "", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 1, "x", 1);
    uint32_t symbol = eb_symbol(&o.builder, "far", EB_GLOBAL(ELF_STT_OBJECT), last, 1, 0);
    struct btl_bytes file = eb_finish(&o.builder);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &o.elf, &diags));
    assert_true(last > 0xffff);
    assert_int_equal(btl_elf_symbol_section(&o.elf, symbol, &special), last);
    close_sample(&o);
}

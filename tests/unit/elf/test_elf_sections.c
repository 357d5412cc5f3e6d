// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate's checks of the section table, string tables and sections.
#include "test_case.h"

#include <stdlib.h>

#include "elf_defects.h"

#define AT(section) eb_section_at(b, section)

SPOIL(entsize, eb_header(b)->shentsize = 40)
SPOIL(table_misaligned, eb_header(b)->shoff += 4)
SPOIL(table_far, eb_header(b)->shoff = b->file_size)
SPOIL(table_wraps, eb_header(b)->shoff = UINT64_MAX - 7)
SPOIL(table_one_short, eb_header(b)->shoff += 8)
SPOIL(table_one_more, eb_header(b)->shnum++)
SPOIL(no_table, eb_header(b)->shoff = 0)
SPOIL(extended_count_0, AT(0)->size = 0)
SPOIL(extended_count_huge, AT(0)->size = UINT64_MAX)
SPOIL(extended_count_wraps_32, AT(0)->size += 1ull << 32)
SPOIL(names_nowhere, eb_header(b)->shstrndx = (uint16_t)b->section_count)
SPOIL(names_absent, eb_header(b)->shstrndx = 0)
SPOIL(extended_names_nowhere, AT(0)->link = b->section_count)
SPOIL(names_are_text, eb_header(b)->shstrndx = SAMPLE_TEXT)
SPOIL(names_unterminated, AT(b->shstrtab)->size--)
SPOIL(names_empty, AT(b->shstrtab)->size = 0)
SPOIL(range_offset, AT(SAMPLE_DATA)->offset = b->file_size)
SPOIL(range_last_byte, AT(SAMPLE_DATA)->offset = b->file_size - 7)
SPOIL(range_exact, AT(SAMPLE_DATA)->offset = b->file_size - 8)
SPOIL(range_wraps, AT(SAMPLE_DATA)->offset = UINT64_MAX - 3)
SPOIL(range_size, AT(SAMPLE_DATA)->size = UINT64_MAX)
SPOIL(range_nobits, AT(SAMPLE_BSS)->offset = UINT64_MAX; AT(SAMPLE_BSS)->size = 1ull << 40)
SPOIL(range_of_nothing, AT(SAMPLE_DATA)->offset = UINT64_MAX; AT(SAMPLE_DATA)->size = 0;
      eb_symbol_at(b, SAMPLE_LOCAL)->value = 0)
SPOIL(align_0, AT(SAMPLE_TEXT)->align = 0)
SPOIL(align_3, AT(SAMPLE_TEXT)->align = 3)
SPOIL(align_most, AT(SAMPLE_TEXT)->align = BTL_ELF_ALIGN_MAX)
SPOIL(align_above_most, AT(SAMPLE_TEXT)->align = 2 * BTL_ELF_ALIGN_MAX)
SPOIL(align_of_bss, AT(SAMPLE_BSS)->align = 1ull << 63)
SPOIL(name_at_end, AT(SAMPLE_DATA)->name = (uint32_t)AT(b->shstrtab)->size)
SPOIL(name_is_last_nul, AT(SAMPLE_DATA)->name = (uint32_t)AT(b->shstrtab)->size - 1)
SPOIL(name_of_section_0, AT(0)->name = UINT32_MAX)
SPOIL(two_bad, align_3(b); range_offset(b); name_at_end(b))

SPOIL(first_type, AT(0)->type = ELF_SHT_NOTE)
SPOIL(first_loaded, AT(0)->flags = ELF_SHF_ALLOC)
SPOIL(null_with_size, AT(SAMPLE_MODINFO)->type = ELF_SHT_NULL)
SPOIL(null_empty, AT(SAMPLE_MODINFO)->type = ELF_SHT_NULL; AT(SAMPLE_MODINFO)->size = 0;
      AT(SAMPLE_MODINFO)->offset = UINT64_MAX)
SPOIL(loaded_strings, AT(SAMPLE_DATA)->type = ELF_SHT_STRTAB)
SPOIL(loaded_rel, AT(SAMPLE_TEXT)->type = ELF_SHT_REL)
SPOIL(loaded_rela, AT(SAMPLE_RELA)->flags |= ELF_SHF_ALLOC)
SPOIL(loaded_user, AT(SAMPLE_TEXT)->type = 0x80000001)
SPOIL(loaded_unwind, AT(SAMPLE_DATA)->type = ELF_SHT_UNWIND)
SPOIL(loaded_array, AT(SAMPLE_DATA)->type = ELF_SHT_INIT_ARRAY)
SPOIL(not_loaded, AT(SAMPLE_MODINFO)->flags = 0)
SPOIL(hash, not_loaded(b); AT(SAMPLE_MODINFO)->type = 5)
SPOIL(relr, not_loaded(b); AT(SAMPLE_MODINFO)->type = 19)
SPOIL(crel, not_loaded(b); AT(SAMPLE_MODINFO)->type = 0x40000014)
SPOIL(addrsig, not_loaded(b); AT(SAMPLE_MODINFO)->type = 0x6fff4c03)
SPOIL(compressed_symtab, AT(b->symtab)->flags = ELF_SHF_COMPRESSED)
SPOIL(compressed_strtab, AT(b->strtab)->flags = ELF_SHF_COMPRESSED)
SPOIL(compressed_rela, AT(SAMPLE_RELA)->flags |= ELF_SHF_COMPRESSED)

static const struct elf_defect module_defects[] = {
    {"section headers of ELF32", entsize, "elf-section-entsize", "40 bytes each; they must have 64",
     false},
    {"section table misaligned", table_misaligned, "elf-section-table-misaligned", NULL, false},
    {"section table at the end of the file", table_far, "elf-section-table-range", NULL, false},
    {"section table's offset wraps", table_wraps, "elf-section-table-range", NULL, false},
    {"section table 8 bytes too far", table_one_short, "elf-section-table-range", NULL, false},
    {"section table with an entry too many", table_one_more, "elf-section-table-range",
     "10 entries", false},
    {"module without section table", no_table, "elf-no-sections", NULL, false},
    {"extended count is 0", extended_count_0, "elf-no-sections", NULL, true},
    {"extended count overflows", extended_count_huge, "elf-section-table-range", NULL, true},
    {"extended count is above 2^32", extended_count_wraps_32, "elf-section-table-range", NULL,
     true},
    {"section names in no section", names_nowhere, "elf-section-names-index",
     "names section 9 as the table of section names, but the file has 9 sections", false},
    {"section names in no section, extended", extended_names_nowhere, "elf-section-names-index",
     NULL, true},
    {"section names in .text", names_are_text, "elf-strings-type", "its type is 1", false},
    {"section names unterminated", names_unterminated, "elf-strings-unterminated", NULL, false},
    {"section names empty", names_empty, "elf-strings-unterminated", NULL, false},
    {"names without a table of names", names_absent,
     "elf-section-name elf-section-name elf-section-name elf-section-name elf-section-name "
     "elf-section-name elf-section-name elf-section-name",
     NULL, false},
    {"section at the end of the file", range_offset, "elf-section-range", "section 2 (.data)",
     false},
    {"section one byte behind the end", range_last_byte, "elf-section-range", NULL, false},
    {"section just inside the file", range_exact, "", NULL, false},
    {"section's end wraps", range_wraps, "elf-section-range", NULL, false},
    {"section larger than memory", range_size, "elf-section-range", NULL, false},
    {"NOBITS need not lie in the file", range_nobits, "", NULL, false},
    {"an empty section need not lie in the file", range_of_nothing, "", NULL, false},
    {"alignment 0 means none", align_0, "", NULL, false},
    {"alignment 3", align_3, "elf-section-align", "section 1 (.text) has alignment 3", false},
    {"alignment at the limit", align_most, "", NULL, false},
    {"alignment above the limit", align_above_most, "elf-section-align", "up to 2097152", false},
    {"alignment of NOBITS", align_of_bss, "elf-section-align", "(.bss)", false},
    {"section name behind the table", name_at_end, "elf-section-name", "section 2", false},
    {"section name is the table's last NUL", name_is_last_nul, "", NULL, false},
    {"name of section 0 behind the table", name_of_section_0, "elf-section-name", "section 0",
     false},
    {"three defects in two sections", two_bad,
     "elf-section-align elf-section-range elf-section-name", NULL, false},

    {"section 0 has a type", first_type, "elf-section-first", "section 0 has type 7", false},
    {"section 0 has flags", first_loaded, "elf-section-first", "flags 0x2", false},
    {"no type, but contents", null_with_size, "elf-section-type",
     "section 4 (.modinfo) has type 0x0, which a section with contents", false},
    {"neither type nor contents", null_empty, "", NULL, false},
    {"a loaded string table", loaded_strings, "elf-section-type", "a loaded section", false},
    {"code that is relocations", loaded_rel, "elf-section-type", "type 0x9", false},
    {"loaded relocations", loaded_rela, "elf-section-type", ".rela.text", false},
    {"code for another program", loaded_user, "elf-section-type", "0x80000001", false},
    {"a table of unwinding", loaded_unwind, "", NULL, false},
    {"an array of functions", loaded_array, "", NULL, false},
    {"a hash table", hash, "elf-section-type", "a section of a module", false},
    {"relative relocations", relr, "elf-section-type", "type 0x13", false},
    {"compact relocations", crel, "elf-section-type", "type 0x40000014", false},
    {"notes of LLVM", addrsig, "", NULL, false},
    {"compressed symbols", compressed_symtab, "elf-section-compressed", NULL, false},
    {"compressed names", compressed_strtab, "elf-section-compressed", ".strtab", false},
    {"compressed relocations", compressed_rela, "elf-section-compressed", ".rela.text", false},
};
TEST_ROWS(module_defects, check_module_defect)

static const struct elf_defect kernel_defects[] = {
    {"kernel without section table", no_table, "", NULL, false},
    {"kernel with extended count 0", extended_count_0, "", NULL, true},
    {"kernel with its section table cut off", table_far, "elf-section-table-range", NULL, false},
};
TEST_ROWS(kernel_defects, check_kernel_defect)

// A module whose .shstrtab holds one name of `length` bytes, and many short ones before it.
static void check_name_length(size_t length, const char *expected)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    char *name = malloc(length + 1);
    memset(name, 'n', length);
    name[length] = '\0';
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_module(&b);
    for (int i = 0; i < 1000; i++)
        eb_symbol(&b, "short", EB_LOCAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 0, 0);
    eb_symbol(&b, name, EB_LOCAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 0, 0);
    eb_symbol(&b, "short", EB_LOCAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 0, 0);
    struct btl_bytes file = eb_finish(&b);
    bool good = btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags);
    assert_codes(&memory, &diags, expected);
    assert_int_equal(good, expected[0] == '\0');
    eb_end(&b);
    free(name);
    test_memory_end(&memory);
}

TEST(test_name_length_limit)
{
    check_name_length(BTL_ELF_NAME_MAX - 1, "");
    check_name_length(BTL_ELF_NAME_MAX, "");
    check_name_length(BTL_ELF_NAME_MAX + 1, "elf-string-too-long");
    check_name_length(2 * BTL_ELF_NAME_MAX, "elf-string-too-long");
    check_name_length(1u << 20, "elf-string-too-long");
}

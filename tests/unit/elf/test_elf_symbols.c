// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate's checks of the symbol table and its table of extended section indices.
#include "test_case.h"

#include "elf_defects.h"

#define AT(section)   eb_section_at(b, section)
#define SYMBOL(index) eb_symbol_at(b, SAMPLE_##index)
#define SHNDX(index)  (((uint32_t *)(void *)eb_bytes_at(b, b->symtab_shndx))[SAMPLE_##index])

// A second table of type `type` in place of .modinfo.
static void make_modinfo(struct elf_builder *b, uint32_t from)
{
    *AT(SAMPLE_MODINFO) = *AT(from);
}

SPOIL(none, AT(b->symtab)->type = ELF_SHT_PROGBITS)
SPOIL(twice, make_modinfo(b, b->symtab))
SPOIL(entsize, AT(b->symtab)->entsize = 16)
SPOIL(half, AT(b->symtab)->size -= 12)
SPOIL(empty, AT(b->symtab)->size = 0)
SPOIL(misaligned, AT(b->symtab)->offset += 4)
SPOIL(out_of_file, AT(b->symtab)->offset = b->file_size)
SPOIL(strings_nowhere, AT(b->symtab)->link = b->section_count)
SPOIL(strings_are_text, AT(b->symtab)->link = SAMPLE_TEXT)
SPOIL(strings_unterminated, AT(b->strtab)->size--)
SPOIL(table_and_strings, entsize(b); strings_unterminated(b))
SPOIL(first_not_null, eb_symbol_at(b, 0)->value = 1)
SPOIL(name_at_end, SYMBOL(LOAD)->name = (uint32_t)AT(b->strtab)->size)
SPOIL(name_is_last_nul, SYMBOL(LOAD)->name = (uint32_t)AT(b->strtab)->size - 1)
SPOIL(section_far, SYMBOL(LOAD)->section = (uint16_t)b->section_count)
SPOIL(section_most, SYMBOL(LOAD)->section = ELF_SHN_LORESERVE - 1)
SPOIL(lowest_reserved, SYMBOL(LOAD)->section = ELF_SHN_LORESERVE)
SPOIL(large_common, SYMBOL(COMMON)->section = 0xff02)
SPOIL(no_shndx, SYMBOL(LOAD)->section = ELF_SHN_XINDEX)
SPOIL(value_behind, SYMBOL(LOAD)->value = 17)
SPOIL(value_of_bss, SYMBOL(COUNT)->value = 33)
SPOIL(value_huge, SYMBOL(LOAD)->value = UINT64_MAX)
SPOIL(value_absolute, SYMBOL(ABSOLUTE)->value = UINT64_MAX)
SPOIL(value_undefined, SYMBOL(OUTSIDE)->value = UINT64_MAX)
SPOIL(three_symbols, value_behind(b); value_of_bss(b); large_common(b))
SPOIL(name_and_section, name_at_end(b); section_far(b))

SPOIL(shndx_twice, make_modinfo(b, b->symtab_shndx))
SPOIL(shndx_of_other, AT(b->symtab_shndx)->link = SAMPLE_TEXT)
SPOIL(shndx_short, AT(b->symtab_shndx)->size -= 4)
SPOIL(shndx_entsize, AT(b->symtab_shndx)->entsize = 8)
SPOIL(shndx_misaligned, AT(b->symtab_shndx)->offset += 2)
SPOIL(shndx_out_of_file, AT(b->symtab_shndx)->offset = b->file_size)
SPOIL(shndx_far, SHNDX(LOAD) = b->section_count)
SPOIL(shndx_huge, SHNDX(LOAD) = UINT32_MAX)
SPOIL(shndx_value, SYMBOL(LOAD)->value = 17)
SPOIL(shndx_undefined, SHNDX(LOAD) = 0)

static const struct elf_defect module_defects[] = {
    {"no symbol table", none, "elf-no-symtab", NULL, false},
    {"two symbol tables", twice, "elf-symtab-twice elf-rela-link", "sections 4 and 7", false},
    {"symbols of 16 bytes", entsize, "elf-symtab-entsize", "entries of 16", false},
    {"half a symbol", half, "elf-symtab-entsize", NULL, false},
    {"symbol table empty", empty, "elf-symtab-entsize", "0 bytes", false},
    {"symbol table misaligned", misaligned, "elf-symtab-misaligned", NULL, false},
    {"symbol table out of the file", out_of_file, "elf-section-range", NULL, false},
    {"symbol names in no section", strings_nowhere, "elf-symtab-strings", "section 9", false},
    {"symbol names in .text", strings_are_text, "elf-strings-type", "(.text)", false},
    {"symbol names unterminated", strings_unterminated, "elf-strings-unterminated", "(.strtab)",
     false},
    {"symbol table and its names are bad", table_and_strings,
     "elf-symtab-entsize elf-strings-unterminated", NULL, false},
    {"first symbol not null", first_not_null, "elf-symtab-first", NULL, false},
    {"symbol name behind the table", name_at_end, "elf-symbol-name", "symbol 3", false},
    {"symbol name is the table's last NUL", name_is_last_nul, "", NULL, false},
    {"symbol in no section", section_far, "elf-symbol-section",
     "symbol 3 (sample_load) is in section 9", false},
    {"symbol in section 0xfeff", section_most, "elf-symbol-section", "section 65279", false},
    {"symbol with the lowest reserved index", lowest_reserved, "elf-symbol-reserved", "0xff00",
     false},
    {"symbol in large common", large_common, "elf-symbol-reserved",
     "(sample_common) has the reserved section index 0xff02", false},
    {"extended index without a table", no_shndx, "elf-symbol-no-shndx", "(sample_load)", false},
    {"symbol behind its section", value_behind, "elf-symbol-value",
     "symbol 3 (sample_load) has value 0x11, beyond the 0x10 bytes of its section 1 (.text)",
     false},
    {"symbol behind .bss", value_of_bss, "elf-symbol-value", "(.bss)", false},
    {"symbol's value huge", value_huge, "elf-symbol-value", NULL, false},
    {"absolute symbol has any value", value_absolute, "", NULL, false},
    {"undefined symbol has any value", value_undefined, "", NULL, false},
    {"three symbols are bad", three_symbols,
     "elf-symbol-value elf-symbol-value elf-symbol-reserved", NULL, false},
    {"name and section of a symbol are bad", name_and_section, "elf-symbol-name elf-symbol-section",
     NULL, false},

    {"two tables of extended indices", shndx_twice, "elf-shndx-twice", NULL, true},
    {"extended indices of another table", shndx_of_other,
     "elf-symbol-no-shndx elf-symbol-no-shndx elf-symbol-no-shndx elf-symbol-no-shndx", NULL, true},
    {"one extended index too few", shndx_short, "elf-shndx-size", "each of the 8 symbols", true},
    {"extended indices of 8 bytes", shndx_entsize, "elf-shndx-size", NULL, true},
    {"extended indices misaligned", shndx_misaligned, "elf-shndx-misaligned", NULL, true},
    {"extended indices out of the file", shndx_out_of_file, "elf-section-range", NULL, true},
    {"extended index of no section", shndx_far, "elf-symbol-section", "section 10", true},
    {"extended index huge", shndx_huge, "elf-symbol-section", "section 4294967295", true},
    {"symbol with extended index behind its section", shndx_value, "elf-symbol-value", "(.text)",
     true},
    {"extended index 0 is undefined", shndx_undefined, "", NULL, true},
};
TEST_ROWS(module_defects, check_module_defect)

SPOIL(kernel_without, AT(b->symtab)->type = ELF_SHT_PROGBITS)
SPOIL(kernel_value, eb_symbol_at(b, 1)->value = UINT64_MAX)
SPOIL(kernel_section, eb_symbol_at(b, 1)->section = 77)

static const struct elf_defect kernel_defects[] = {
    {"kernel without symbol table", kernel_without, "", NULL, false},
    {"kernel's symbols have any value", kernel_value, "", NULL, false},
    {"kernel's symbol in no section", kernel_section, "elf-symbol-section", "(kmain)", false},
};
TEST_ROWS(kernel_defects, check_kernel_defect)

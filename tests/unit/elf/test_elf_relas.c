// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate's checks of relocation sections, and of sections that only look like one.
#include "test_case.h"

#include <stdlib.h>

#include "elf_defects.h"

#define AT(section) eb_section_at(b, section)

SPOIL(rela_entsize, AT(SAMPLE_RELA)->entsize = 16)
SPOIL(rela_half, AT(SAMPLE_RELA)->size -= 12)
SPOIL(rela_misaligned, AT(SAMPLE_RELA)->offset += 4)
SPOIL(rela_link, AT(SAMPLE_RELA)->link = b->strtab)
SPOIL(rela_target_null, AT(SAMPLE_MODINFO)->type = ELF_SHT_NULL; AT(SAMPLE_MODINFO)->size = 0;
      AT(SAMPLE_RELA)->info = SAMPLE_MODINFO)
SPOIL(rela_other_target, AT(SAMPLE_RELA)->info = SAMPLE_DATA)
SPOIL(rela_no_target_loaded, AT(SAMPLE_RELA)->info = b->symtab)
SPOIL(rela_free_name, AT(SAMPLE_RELA)->name = AT(SAMPLE_TEXT)->name)
SPOIL(rela_target_0, AT(SAMPLE_RELA)->info = 0)
SPOIL(rela_target_far, AT(SAMPLE_RELA)->info = b->section_count)
SPOIL(rela_empty, AT(SAMPLE_RELA)->size = 0; AT(SAMPLE_RELA)->offset = 3)
SPOIL(rela_all, rela_entsize(b); rela_misaligned(b); rela_link(b); rela_target_far(b))

static const struct elf_defect module_defects[] = {
    {"relocations of 16 bytes", rela_entsize, "elf-rela-entsize", "entries of 16", false},
    {"half a relocation", rela_half, "elf-rela-entsize", "(.rela.text) have 36 bytes", false},
    {"relocations misaligned", rela_misaligned, "elf-rela-misaligned", NULL, false},
    {"relocations with a string table for symbols", rela_link, "elf-rela-link",
     "use section 6 as their symbol table; it must be section 7", false},
    {"relocations for section 0", rela_target_0, "elf-rela-target", "for section 0", false},
    {"relocations for a section without type", rela_target_null, "elf-rela-target", NULL, false},
    {"relocations for another loaded section", rela_other_target, "elf-rela-name",
     "relocations 5 (.rela.text) are for section 2 (.data)", false},
    {"relocations for the symbol table", rela_no_target_loaded, "elf-rela-name", NULL, false},
    {"relocations with a name of their own", rela_free_name, "", NULL, false},
    {"relocations for no section", rela_target_far, "elf-rela-target", NULL, false},
    {"no relocations lie anywhere", rela_empty, "", NULL, false},
    {"relocations with four defects", rela_all,
     "elf-rela-entsize elf-rela-misaligned elf-rela-link elf-rela-target", NULL, false},
};
TEST_ROWS(module_defects, check_module_defect)

// Open the sample with one other type for its relocations.
static const char *codes_of_type(struct test_memory *memory, uint32_t type, uint64_t flags)
{
    struct elf_builder b;
    struct btl_elf elf;
    struct btl_diags diags = {.arena = &memory->arena};
    sample_module(&b);
    struct btl_bytes file = eb_finish(&b);
    eb_section_at(&b, SAMPLE_RELA)->type = type;
    eb_section_at(&b, SAMPLE_RELA)->flags = flags;
    btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags);
    eb_end(&b);
    return test_codes(memory, &diags);
}

// The linker ignores what is no SHT_RELA: with a bit of the type wrong, or any other type, the code
// would run without its relocations.
TEST(relocations_of_another_type_are_refused)
{
    uint32_t types[32 + 20];
    for (uint32_t i = 0; i < 32; i++)
        types[i] = ELF_SHT_RELA ^ (1u << i);
    for (uint32_t i = 0; i < 20; i++)
        types[32 + i] = i;
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        struct test_memory memory;
        test_memory_begin(&memory);
        // The linker's own check refuses SHT_REL.
        if (types[i] != ELF_SHT_RELA && types[i] != ELF_SHT_REL)
            assert_string_not_equal(codes_of_type(&memory, types[i], ELF_SHF_INFO_LINK), "");
        test_memory_end(&memory);
    }
}

// A group names the symbol table and one of its symbols; that number may be a section's as well.
TEST(a_group_is_no_relocations)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_module(&b);
    uint32_t group = eb_section(&b, ".group", ELF_SHT_GROUP, 0, 4, "\1\0\0\0", 4);
    struct btl_bytes file = eb_finish(&b);
    eb_section_at(&b, group)->link = b.symtab;
    eb_section_at(&b, group)->info = SAMPLE_TEXT;
    eb_section_at(&b, group)->entsize = 4;
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags));
    eb_end(&b);
    test_memory_end(&memory);
}

// What a linked file says in SHT_RELA is about its dynamic symbols.
TEST(test_rela_of_a_kernel_is_not_looked_at)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_kernel(&b);
    eb_section(&b, ".rela.dyn", ELF_SHT_RELA, ELF_SHF_ALLOC, 8, NULL, 24);
    struct btl_bytes file = eb_finish(&b);
    assert_true(btl_elf_open(file, BTL_ELF_KERNEL, 0, SAMPLE_PLACE, &elf, &diags));
    eb_end(&b);
    test_memory_end(&memory);
}

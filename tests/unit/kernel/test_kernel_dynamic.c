// SPDX-License-Identifier: BSD-2-Clause
// Position-independent kernels: the dynamic section, its relocations, and moving.
#include "test_case.h"

#include <stdlib.h>

#include "kernel_defects.h"

#define DYN(entry) movable_dynamic(b, MOVABLE_##entry)

SPOIL(needed, DYN(NEEDED)->tag = ELF_DT_NEEDED)
SPOIL(textrel, DYN(NEEDED)->tag = ELF_DT_TEXTREL)
SPOIL(flag_textrel, DYN(NEEDED)->tag = ELF_DT_FLAGS; DYN(NEEDED)->value = 6)
SPOIL(flag_other, DYN(NEEDED)->tag = ELF_DT_FLAGS; DYN(NEEDED)->value = 2)
SPOIL(rel, DYN(NEEDED)->tag = ELF_DT_REL)
SPOIL(relr, DYN(NEEDED)->tag = ELF_DT_RELR)
SPOIL(plt, DYN(NEEDED)->tag = ELF_DT_PLTRELSZ; DYN(NEEDED)->value = 24)
SPOIL(plt_empty, DYN(NEEDED)->tag = ELF_DT_PLTRELSZ)
SPOIL(dynamic_far, eb_segment_at(b, MOVABLE_DYNAMIC)->offset = b->file_size)
SPOIL(dynamic_wraps, eb_segment_at(b, MOVABLE_DYNAMIC)->offset = UINT64_MAX)
SPOIL(dynamic_moved, eb_segment_at(b, MOVABLE_DYNAMIC)->offset += 16)
SPOIL(dynamic_elsewhere, eb_segment_at(b, MOVABLE_DYNAMIC)->vaddr ^= 1ull << 47)
SPOIL(dynamic_data_moved, eb_segment_at(b, MOVABLE_DATA)->offset += 8;
      eb_segment_at(b, MOVABLE_DATA)->filesz -= 8)
SPOIL(dynamic_in_bss, eb_segment_at(b, MOVABLE_DATA)->filesz = 16)
SPOIL(dynamic_empty, eb_segment_at(b, MOVABLE_DYNAMIC)->filesz = 0)
SPOIL(dynamic_half, eb_segment_at(b, MOVABLE_DYNAMIC)->filesz = 15)
SPOIL(dynamic_null, DYN(NEEDED)->tag = ELF_DT_NULL)
SPOIL(dynamic_without_null, eb_segment_at(b, MOVABLE_DYNAMIC)->filesz -= 16)
SPOIL(no_dynamic, eb_segment_at(b, MOVABLE_DYNAMIC)->type = 4)
SPOIL(relaent, DYN(RELAENT)->value = 16)
SPOIL(relasz_half, DYN(RELASZ)->value = 36)
SPOIL(relasz_0, DYN(RELASZ)->value = 0; DYN(RELA)->value = 1)
SPOIL(relasz_one_more, DYN(RELASZ)->value = 72)
SPOIL(relasz_huge, DYN(RELASZ)->value = UINT64_MAX / 24 * 24)
SPOIL(rela_below, DYN(RELA)->value = MOVABLE_BASE - 24)
SPOIL(rela_in_bss, DYN(RELA)->value = MOVABLE_BASE + 0x2800)
SPOIL(type_absolute, movable_rela(b, 0)->info = 1)
SPOIL(type_of_ia64, movable_rela(b, 1)->info = 0x6f)
SPOIL(both_types, type_absolute(b); movable_rela(b, 1)->info = 6)
SPOIL(all_wishes, needed(b); DYN(RELAENT)->tag = ELF_DT_RELR; DYN(RELASZ)->tag = ELF_DT_TEXTREL)

static const struct elf_defect defects[] = {
    {"kernel is sound", NULL, "", NULL, false},
    {"needs a library", needed, "kernel-needs-library", NULL, false},
    {"text relocations", textrel, "kernel-text-relocations", NULL, false},
    {"text relocations by flag", flag_textrel, "kernel-text-relocations", NULL, false},
    {"another flag", flag_other, "", NULL, false},
    {"REL relocations", rel, "kernel-relocation-table", "DT_REL,", false},
    {"packed relocations", relr, "kernel-relocation-table", "DT_RELR,", false},
    {"procedure linkage table", plt, "kernel-relocation-table", "DT_JMPREL,", false},
    {"empty procedure linkage table", plt_empty, "", NULL, false},
    {"dynamic section out of the file", dynamic_far, "kernel-dynamic-range", NULL, false},
    {"dynamic section's end wraps", dynamic_wraps, "kernel-dynamic-range", NULL, false},
    {"dynamic section's offset is of other bytes", dynamic_moved, "kernel-dynamic-place", NULL,
     false},
    {"dynamic section's address is in no segment", dynamic_elsewhere, "kernel-dynamic-place",
     "address 0x800000012010", false},
    {"segment around the dynamic section has other bytes", dynamic_data_moved,
     "kernel-dynamic-place", NULL, false},
    {"dynamic section in .bss", dynamic_in_bss, "kernel-dynamic-place", NULL, false},
    {"dynamic section empty", dynamic_empty, "", NULL, false},
    {"dynamic section of half an entry", dynamic_half, "", NULL, false},
    {"dynamic section of DT_NULL alone", dynamic_null, "", NULL, false},
    {"dynamic section without DT_NULL", dynamic_without_null, "", NULL, false},
    {"no dynamic section", no_dynamic, "", NULL, false},
    {"relocations of 16 bytes", relaent, "kernel-rela-entsize", "entries of 16", false},
    {"half a relocation", relasz_half, "kernel-rela-entsize", "have 36 bytes", false},
    {"no relocations lie anywhere", relasz_0, "", NULL, false},
    {"relocations longer than their segment", relasz_one_more, "kernel-rela-range",
     "72 bytes at address 0x11000", false},
    {"relocations longer than memory", relasz_huge, "kernel-rela-range", NULL, false},
    {"relocations below the image", rela_below, "kernel-rela-range", NULL, false},
    {"relocations in .bss", rela_in_bss, "kernel-rela-range", NULL, false},
    {"relocation that needs a symbol", type_absolute, "kernel-relocation",
     "relocation 0 of the kernel has type 1; it must have type 8", false},
    {"RELATIVE of another machine", type_of_ia64, "kernel-relocation", "type 111", false},
    {"every relocation is reported", both_types, "kernel-relocation kernel-relocation", NULL,
     false},
    {"several defects", all_wishes,
     "kernel-needs-library kernel-text-relocations kernel-relocation-table", NULL, false},
};

static void test_defect(void **state)
{
    check_defect_of(movable_kernel, *state);
}
TEST_ROWS(defects, test_defect)

// Loads for `base` and checks the two pointers and what lies around them.
static void check_load(void (*make)(struct elf_builder *), uint64_t base)
{
    struct kernel_sample s;
    struct movable_data data;
    kernel_sample(&s, make, NULL);
    assert_true(s.good);
    assert_true(s.kernel.movable);
    assert_int_equal(s.kernel.rela_count, 2);
    uint8_t *memory = malloc(s.kernel.size);
    assert_true(btl_kernel_load(&s.kernel, base, memory, &s.diags));
    memcpy(&data, memory + 0x2000, sizeof(data));
    assert_int_equal(data.pointer[0], base);
    assert_int_equal(data.pointer[1], base + 0x1010);
    assert_int_equal(data.end, 0x1234);
    assert_int_equal(btl_kernel_symbol(&s.kernel, 1), base + 1);
    assert_int_equal(btl_kernel_symbol(&s.kernel, 2), 42);
    free(memory);
    kernel_sample_end(&s);
}

TEST(test_load_where_linked)
{
    check_load(movable_kernel, MOVABLE_BASE);
}

TEST(test_load_higher)
{
    check_load(movable_kernel, 0xffffffff80000000ull);
}

TEST(test_load_lower)
{
    check_load(movable_kernel, 0x1000);
}

TEST(test_load_ia64)
{
    check_load(movable_kernel_ia64, 0xe000000000000000ull);
}

static void check_base(uint64_t base, void (*spoil)(struct elf_builder *), const char *codes)
{
    struct kernel_sample s;
    kernel_sample(&s, movable_kernel, spoil);
    assert_true(s.good);
    uint8_t *memory = malloc(s.kernel.size);
    assert_int_equal(btl_kernel_load(&s.kernel, base, memory, &s.diags), codes[0] == '\0');
    assert_codes(&s.memory, &s.diags, codes);
    free(memory);
    kernel_sample_end(&s);
}

SPOIL(align_64K, eb_segment_at(b, 0)->align = 0x10000)

TEST(test_bases)
{
    check_base(MOVABLE_BASE + 0x1000, NULL, "");
    check_base(MOVABLE_BASE + 0x800, NULL, "kernel-base");
    check_base(MOVABLE_BASE + 0x1000, align_64K, "kernel-base");
    check_base(MOVABLE_BASE + 0x20000, align_64K, "");
    check_base(0xffffffffffffe000, NULL, "kernel-base");
    check_base(MOVABLE_BASE + 0x1000, no_dynamic, "kernel-base");
    check_base(MOVABLE_BASE, no_dynamic, "");
    check_base(MOVABLE_BASE + 0x1000, dynamic_empty, "");
}

SPOIL(place_below, movable_rela(b, 0)->offset = MOVABLE_BASE - 1)
SPOIL(place_last, movable_rela(b, 0)->offset = MOVABLE_BASE + 0x3000 - 8)
SPOIL(place_across_end, movable_rela(b, 0)->offset = MOVABLE_BASE + 0x3000 - 7)
SPOIL(place_both, place_below(b); movable_rela(b, 1)->offset = UINT64_MAX)
// A relocation over the table of relocations: the file's are used, not the changed ones.
SPOIL(place_in_table, movable_rela(b, 0)->offset = MOVABLE_BASE + 0x1000 + 24)

TEST(test_places)
{
    check_base(MOVABLE_BASE, place_below, "kernel-relocation-place");
    check_base(MOVABLE_BASE, place_last, "");
    check_base(MOVABLE_BASE, place_across_end, "kernel-relocation-place");
    check_base(MOVABLE_BASE, place_both, "kernel-relocation-place kernel-relocation-place");
    check_base(0, place_in_table, "");
}

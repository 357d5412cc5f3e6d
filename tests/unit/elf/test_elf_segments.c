// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate's checks of a kernel's segments.
#include "test_case.h"

#include "elf_defects.h"

#define SEG(name) eb_segment_at(b, SAMPLE_SEG_##name)

SPOIL(entsize, eb_header(b)->phentsize = 32)
SPOIL(misaligned, eb_header(b)->phoff += 4)
SPOIL(table_far, eb_header(b)->phoff = b->file_size & ~7ull)
SPOIL(table_long, eb_header(b)->phnum = 0x1000)
SPOIL(none, eb_header(b)->phnum = 0)
SPOIL(none_loaded, for (uint32_t i = 0; i < SAMPLE_SEGMENTS; i++) eb_segment_at(b, i)->type = 4)
SPOIL(count_elsewhere, eb_header(b)->phnum = 0xffff; eb_section_at(b, 0)->info = SAMPLE_SEGMENTS)
SPOIL(count_elsewhere_huge, eb_header(b)->phnum = 0xffff; eb_section_at(b, 0)->info = UINT32_MAX)
SPOIL(offset_far, SEG(RODATA)->offset = b->file_size)
SPOIL(offset_last_byte, SEG(RODATA)->offset = b->file_size - 7)
SPOIL(offset_exact, SEG(RODATA)->offset = b->file_size - 8)
SPOIL(offset_wraps, SEG(RODATA)->offset = UINT64_MAX - 3)
SPOIL(filesz_above_memsz, SEG(RODATA)->memsz = 7)
SPOIL(wraps, SEG(DATA)->memsz = 0 - SEG(DATA)->vaddr)
SPOIL(almost_wraps, SEG(DATA)->memsz = 0 - SEG(DATA)->vaddr - 1)
SPOIL(order, SEG(RODATA)->vaddr = SAMPLE_BASE - 0x1000)
SPOIL(overlap, SEG(RODATA)->vaddr = SAMPLE_BASE + 31)
SPOIL(touch, SEG(RODATA)->vaddr = SAMPLE_BASE + 32)
SPOIL(same_address, SEG(RODATA)->vaddr = SAMPLE_BASE)
SPOIL(others_anywhere, SEG(RODATA)->type = 4; SEG(RODATA)->offset = UINT64_MAX;
      SEG(RODATA)->vaddr = 0)
SPOIL(empty, SEG(DATA)->filesz = SEG(DATA)->memsz = SEG(DATA)->vaddr = SEG(DATA)->offset = 0)
SPOIL(empty_between, SEG(RODATA)->filesz = SEG(RODATA)->memsz = 0; SEG(RODATA)->vaddr = UINT64_MAX;
      SEG(RODATA)->offset = UINT64_MAX)
SPOIL(empty_all, for (uint32_t i = 0; i < SAMPLE_SEGMENTS; i++) eb_segment_at(b, i)->filesz =
                     eb_segment_at(b, i)->memsz = 0)
SPOIL(empty_in_memory, SEG(DATA)->memsz = 0; SEG(DATA)->vaddr = 0)
SPOIL(empty_before_overlap, SEG(RODATA)->filesz = SEG(RODATA)->memsz = 0; SEG(RODATA)->vaddr = 0;
      SEG(DATA)->vaddr = SAMPLE_BASE + 31)
SPOIL(several, offset_far(b); wraps(b); same_address(b); SEG(DATA)->filesz = UINT64_MAX)

static const struct elf_defect kernel_defects[] = {
    {"program headers of ELF32", entsize, "elf-segment-entsize", "32 bytes each", false},
    {"program headers misaligned", misaligned, "elf-segment-table-misaligned", NULL, false},
    {"program headers out of the file", table_far, "elf-segment-table-range", NULL, false},
    {"too many program headers", table_long, "elf-segment-table-range", "4096 at", false},
    {"no program headers", none, "elf-no-segments", NULL, false},
    {"nothing to be loaded", none_loaded, "elf-no-segments", NULL, false},
    {"extended count of segments", count_elsewhere, "", NULL, false},
    {"extended count of segments huge", count_elsewhere_huge, "elf-segment-table-range",
     "4294967295 at", false},
    {"segment at the end of the file", offset_far, "elf-segment-range", "segment 1", false},
    {"segment one byte behind the end", offset_last_byte, "elf-segment-range", NULL, false},
    {"segment just inside the file", offset_exact, "", NULL, false},
    {"segment's end in the file wraps", offset_wraps, "elf-segment-range", NULL, false},
    {"more bytes in the file than in memory", filesz_above_memsz, "elf-segment-size",
     "segment 1 has 8 bytes in the file but only 7", false},
    {"segment reaches the last address", wraps, "elf-segment-wraps", NULL, false},
    {"segment ends below the last address", almost_wraps, "", NULL, false},
    {"segments descend", order, "elf-segments-order", "segment 1 at address 0xffffffff7ffff000",
     false},
    {"segments overlap by a byte", overlap, "elf-segments-overlap", "ends at 0xffffffff80000020",
     false},
    {"segments touch", touch, "", NULL, false},
    {"segments at the same address", same_address, "elf-segments-overlap", NULL, false},
    {"segments of other types lie anywhere", others_anywhere, "", NULL, false},
    {"a segment of no size at address 0", empty, "", NULL, false},
    {"a segment of no size lies anywhere", empty_between, "", NULL, false},
    {"segments of no size alone", empty_all, "", NULL, false},
    {"no memory for what the file has", empty_in_memory, "elf-segment-size elf-segments-order",
     "segment 2 has 8 bytes in the file but only 0", false},
    {"overlap across a segment of no size", empty_before_overlap, "elf-segments-overlap", NULL,
     false},
    {"several defects", several,
     "elf-segment-range elf-segments-overlap elf-segment-range elf-segment-size elf-segment-wraps",
     NULL, false},
};
TEST_ROWS(kernel_defects, check_kernel_defect)

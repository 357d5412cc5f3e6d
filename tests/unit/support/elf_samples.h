// SPDX-License-Identifier: BSD-2-Clause
// A sound module and a sound kernel, and defects to be made in them one at a time.
#ifndef BTL_ELF_SAMPLES_H
#define BTL_ELF_SAMPLES_H

#include <btl/elf.h>

#include "btl_test.h"
#include "elf_builder.h"

#define SAMPLE_PLACE ((struct btl_place){.file = BTL_STR("sample.ko"), .module = BTL_STR("sample")})

// The module: .text (16 bytes, two relocations), .data (8), .bss (32), .modinfo (name=sample).
enum { SAMPLE_TEXT = 1, SAMPLE_DATA, SAMPLE_BSS, SAMPLE_MODINFO, SAMPLE_RELA };
enum {
    SAMPLE_SECTION_SYMBOL = 1, // of .text, no name
    SAMPLE_LOCAL,              // "sample_local", in .data
    SAMPLE_LOAD,               // "sample_load", global, in .text
    SAMPLE_COUNT,              // "sample_count", global, in .bss, at its very end
    SAMPLE_OUTSIDE,            // "kprintf", undefined
    SAMPLE_COMMON,             // "sample_common", COMMON
    SAMPLE_ABSOLUTE,           // "sample_answer", ABS
    SAMPLE_SYMBOLS
};
void sample_module(struct elf_builder *b);

// The kernel: text, rodata and data segments, one page each, from SAMPLE_BASE on; section .text
// over the first, symbol "kmain" in it.
#define SAMPLE_BASE 0xffffffff80000000ull
enum { SAMPLE_SEG_TEXT, SAMPLE_SEG_RODATA, SAMPLE_SEG_DATA, SAMPLE_SEGMENTS };
void sample_kernel(struct elf_builder *b);

struct elf_defect {
    const char *name;
    void (*spoil)(struct elf_builder *b); // of the finished file
    const char *codes;                    // of all diagnostics, in order; "" when it is none
    const char *says;                     // part of the text of the diagnostics; may be NULL
    bool extended;                        // section numbers in the extended way
};

// Builds the sample, spoils it and opens it for x86-64. Returns the codes; *ret_text is the text of
// all diagnostics, *ret_good what btl_elf_open() returned. Aborts when a view was written for a
// file that was refused.
const char *sample_open(struct test_memory *memory, enum btl_elf_kind kind,
                        const struct elf_defect *defect, bool *ret_good, const char **ret_text);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Kernels, opened.
#ifndef BTL_KERNEL_SAMPLES_H
#define BTL_KERNEL_SAMPLES_H

#include <btl/kernel_image.h>

#include "elf_samples.h"

struct kernel_sample {
    struct test_memory memory;
    struct btl_diags diags;
    struct elf_builder builder;
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    bool good; // what btl_kernel_open() returned
};

// Builds what `make` describes, spoils it (NULL: not) and opens it. Aborts when already the ELF
// gate refuses it.
void kernel_sample(struct kernel_sample *s, void (*make)(struct elf_builder *b),
                   void (*spoil)(struct elf_builder *b));
void kernel_sample_end(struct kernel_sample *s);

// A position-independent kernel, linked at MOVABLE_BASE: text; constants with the relocations;
// data, two pointers of which have one; the dynamic section, which lies in the data. Section .text
// and the symbols kmain (in .text) and absolute (ABS, 42).
#define MOVABLE_BASE 0x10000ull
enum { MOVABLE_TEXT, MOVABLE_RODATA, MOVABLE_DATA, MOVABLE_DYNAMIC };
enum { MOVABLE_NEEDED, MOVABLE_RELA, MOVABLE_RELASZ, MOVABLE_RELAENT, MOVABLE_NULL };
struct movable_data {
    uint64_t pointer[2];
    struct elf64_dynamic dynamic[5];
    uint64_t end; // the last 8 bytes of the segment
};
void movable_kernel(struct elf_builder *b);
void movable_kernel_ia64(struct elf_builder *b);
struct elf64_dynamic *movable_dynamic(struct elf_builder *b, uint32_t entry);
struct elf64_rela *movable_rela(struct elf_builder *b, uint32_t entry);

#endif

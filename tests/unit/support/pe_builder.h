// SPDX-License-Identifier: BSD-2-Clause
// EFI programs and Linux kernels for tests, with everything sound.
#ifndef PE_BUILDER_H
#define PE_BUILDER_H

#include "btl_test.h"

#define PB_MAX      8192 // bytes of a file
#define PB_HEADER   128  // offset of "PE\0\0"
#define PB_OPTIONAL 112  // bytes of the optional header
#define PB_TABLE    (PB_HEADER + 24 + PB_OPTIONAL)

struct pe_builder {
    uint8_t bytes[PB_MAX];
    size_t size;
    uint32_t sections;
};

void pb_put16(struct pe_builder *pe, size_t offset, uint16_t value);
void pb_put32(struct pe_builder *pe, size_t offset, uint32_t value);
// Begin a program for x86-64 without sections.
void pb_begin(struct pe_builder *pe);
// Add a section; its contents are padded with zeros to 32 bytes.
void pb_section(struct pe_builder *pe, const char *name, const void *contents, size_t size);
// Make it a Linux kernel of this version. The boot header needs the first 1 KiB; call it before
// sections are added.
void pb_linux(struct pe_builder *pe, const char *version);
// Return a copy of the file, in a block of its own.
struct btl_bytes pb_finish(const struct pe_builder *pe, struct test_memory *memory);

#endif

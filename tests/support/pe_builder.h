// SPDX-License-Identifier: BSD-2-Clause
// EFI programs and Linux kernels for tests, with everything sound.
#ifndef PE_BUILDER_H
#define PE_BUILDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PB_MAX      8192 // bytes of a file
#define PB_HEADER   128  // offset of "PE\0\0"
#define PB_OPTIONAL 112  // bytes of the optional header
#define PB_TABLE    (PB_HEADER + 24 + PB_OPTIONAL)

struct pe_builder {
    uint8_t bytes[PB_MAX];
    size_t size;
    uint32_t sections;
};

static inline void pb_put16(struct pe_builder *pe, size_t offset, uint16_t value)
{
    pe->bytes[offset] = (uint8_t)value;
    pe->bytes[offset + 1] = (uint8_t)(value >> 8);
}

static inline void pb_put32(struct pe_builder *pe, size_t offset, uint32_t value)
{
    pb_put16(pe, offset, (uint16_t)value);
    pb_put16(pe, offset + 2, (uint16_t)(value >> 16));
}

// Begin a program for x86-64 without sections.
static inline void pb_begin(struct pe_builder *pe)
{
    memset(pe, 0, sizeof(*pe));
    memcpy(pe->bytes, "MZ", 2);
    pb_put32(pe, 60, PB_HEADER);
    memcpy(pe->bytes + PB_HEADER, "PE\0\0", 4);
    pb_put16(pe, PB_HEADER + 4, 0x8664);
    pb_put16(pe, PB_HEADER + 20, PB_OPTIONAL);
    pb_put16(pe, PB_HEADER + 24, 0x20b);
    pb_put16(pe, PB_HEADER + 24 + 68, 10);
    pe->size = 0x400;
}

// Add a section; its contents are padded with zeros to 32 bytes.
static inline void pb_section(struct pe_builder *pe, const char *name, const void *contents,
                              size_t size)
{
    size_t entry = PB_TABLE + 40 * pe->sections++, padded = (size + 31) / 32 * 32;
    strncpy((char *)pe->bytes + entry, name, 8);
    pb_put32(pe, entry + 8, (uint32_t)size);
    pb_put32(pe, entry + 16, (uint32_t)padded);
    pb_put32(pe, entry + 20, (uint32_t)pe->size);
    memcpy(pe->bytes + pe->size, contents, size);
    pe->size += padded;
    pb_put16(pe, PB_HEADER + 6, (uint16_t)pe->sections);
}

// Make it a Linux kernel of this version. Call it before sections are added.
static inline void pb_linux(struct pe_builder *pe, const char *version)
{
    pe->bytes[0x1f1] = 1; // the setup ends at 0x400
    memcpy(pe->bytes + 0x202, "HdrS", 4);
    pb_put16(pe, 0x206, 0x20f);
    pb_put32(pe, 0x238, 2047);
    pb_put32(pe, 0x260, 0x3000000);
    if (version != NULL) {
        pb_put16(pe, 0x20e, 0x100);
        strcpy((char *)pe->bytes + 0x300, version);
    }
}

#endif

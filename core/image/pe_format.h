// SPDX-License-Identifier: BSD-2-Clause
// The headers of a PE file, as far as BTL reads and writes them (Microsoft's PE format;
// UEFI 2.10, 2.1). They may lie at any offset, so they are read byte by byte.
#ifndef BTL_CORE_PE_FORMAT_H
#define BTL_CORE_PE_FORMAT_H

#include <btl/types.h>

#define PE_DOS_SIZE       64 // of the DOS header, "MZ"
#define PE_DOS_OFFSET     60 // in it: offset of "PE\0\0", u32
#define PE_COFF_SIZE      24 // "PE\0\0" and the COFF header
#define PE_OPTIONAL_MIN   70 // bytes of the optional header up to the subsystem
#define PE_SECTION_SIZE   40 // an entry of the section table
#define PE_DIRECTORY_SIZE 8  // an entry of the data directories: offset, size

// In the COFF header, from "PE\0\0" on.
enum { COFF_MACHINE = 4, COFF_SECTIONS = 6, COFF_OPTIONAL_SIZE = 20, COFF_CHARACTERISTICS = 22 };
// In the optional header.
enum {
    OPTIONAL_MAGIC = 0,
    OPTIONAL_CODE_SIZE = 4,
    OPTIONAL_DATA_SIZE = 8,
    OPTIONAL_ENTRY = 16,
    OPTIONAL_CODE = 20,
    OPTIONAL_MEMORY_ALIGN = 32,
    OPTIONAL_FILE_ALIGN = 36,
    OPTIONAL_IMAGE_SIZE = 56,
    OPTIONAL_HEADERS_SIZE = 60,
    OPTIONAL_CHECKSUM = 64,
    OPTIONAL_SUBSYSTEM = 68,
    OPTIONAL_DLL_CHARACTERISTICS = 70,
    OPTIONAL_DIRECTORY_COUNT = 108,
    OPTIONAL_DIRECTORIES = 112
};
// In an entry of the section table; the name is the first 8 bytes.
enum {
    SECTION_SIZE = 8,
    SECTION_ADDRESS = 12,
    SECTION_RAW_SIZE = 16,
    SECTION_RAW_OFFSET = 20,
    SECTION_FLAGS = 36
};

#define PE_MAGIC_64        0x20b
#define PE_EFI_APPLICATION 10
#define PE_CERTIFICATES    4 // number of a data directory

static inline uint16_t pe_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}
static inline uint32_t pe_u32(const uint8_t *at)
{
    return (uint32_t)pe_u16(at) | (uint32_t)pe_u16(at + 2) << 16;
}

#endif

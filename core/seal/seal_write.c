// SPDX-License-Identifier: BSD-2-Clause
// The writer of the envelope of a seal: a PE file that firmware and shim take for an EFI program,
// and that tools sign as one. Nothing starts it; if started, it returns Unsupported.
#include "seal_format.h"

#include "../image/pe_format.h"
#include <btl/assert.h>
#include <btl/mem.h>
#include <btl/pe.h>

#define PE_HEADER     64u  // offset of "PE\0\0"
#define OPTIONAL_SIZE 240u // with 16 data directories
#define HEADERS_SIZE  512u // DOS header, headers, section table
#define FILE_ALIGN    512u
#define MEMORY_ALIGN  4096u
#define SECTIONS      3u // .text, .sbat, .btlseal

// Characteristics: an executable for 64 bits without debug information. RELOCS_STRIPPED is not set:
// the firmware would refuse to load the file at another address.
#define CHARACTERISTICS 0x22eu
#define NX_COMPAT       0x100u
#define SECTION_CODE    0x60000020u // executable, readable
#define SECTION_DATA    0x40000040u // initialised, readable

// mov rax, 0x8000000000000003 (Unsupported); ret
static const uint8_t code_x86_64[] = {0x48, 0xb8, 3, 0, 0, 0, 0, 0, 0, 0x80, 0xc3};
// A bundle of three `break 0`: ia64 has no Secure Boot, so its firmware never sees a seal.
static const uint8_t code_ia64[16];
// mov x0, 3; movk x0, 0x8000, lsl 48; ret
static const uint8_t code_aarch64[] = {0x60, 0, 0x80, 0xd2, 0, 0, 0xf0, 0xf2, 0xc0, 3, 0x5f, 0xd6};

static const struct {
    uint16_t machine;
    struct btl_bytes code;
} seal_codes[] = {
    {ELF_MACHINE_X86_64, {code_x86_64, sizeof(code_x86_64)}},
    {ELF_MACHINE_IA64, {code_ia64, sizeof(code_ia64)}},
    {ELF_MACHINE_AARCH64, {code_aarch64, sizeof(code_aarch64)}},
};

// Generations of revocation by shim (SBAT). Raise the number of btl-seal when seals of an older
// form must no longer be accepted.
static const char sbat[] =
    "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
    "btl-seal,1,BTL,btl-seal,1,-\n";

struct seal_writer {
    uint8_t *at; // the file
    uint32_t sections;
    uint64_t offset, address; // of the next section: in the file, in memory
};

static void seal_put(struct seal_writer *writer, uint64_t offset, uint32_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        writer->at[offset + i] = (uint8_t)(value >> 8 * i);
}

static uint64_t seal_round_up(uint64_t size, uint64_t align)
{
    return (size + align - 1) & ~(align - 1);
}

// Add the entry of a section whose contents are at writer->offset.
static void seal_add_section(struct seal_writer *writer, const char *name, uint64_t size,
                             uint32_t flags)
{
    uint64_t entry = PE_HEADER + PE_COFF_SIZE + OPTIONAL_SIZE;
    entry += (uint64_t)PE_SECTION_SIZE * writer->sections++;
    memcpy(writer->at + entry, name, btl_str_of(name).len);
    seal_put(writer, entry + SECTION_SIZE, (uint32_t)size, 4);
    seal_put(writer, entry + SECTION_ADDRESS, (uint32_t)writer->address, 4);
    seal_put(writer, entry + SECTION_RAW_SIZE, (uint32_t)seal_round_up(size, FILE_ALIGN), 4);
    seal_put(writer, entry + SECTION_RAW_OFFSET, (uint32_t)writer->offset, 4);
    seal_put(writer, entry + SECTION_FLAGS, flags, 4);
    writer->offset += seal_round_up(size, FILE_ALIGN);
    writer->address += seal_round_up(size, MEMORY_ALIGN);
}

static void seal_put_coff(struct seal_writer *writer, uint16_t machine)
{
    memcpy(writer->at, "MZ", 2);
    seal_put(writer, PE_DOS_OFFSET, PE_HEADER, 4);
    memcpy(writer->at + PE_HEADER, "PE\0\0", 4);
    seal_put(writer, PE_HEADER + COFF_MACHINE, machine, 2);
    seal_put(writer, PE_HEADER + COFF_SECTIONS, SECTIONS, 2);
    seal_put(writer, PE_HEADER + COFF_OPTIONAL_SIZE, OPTIONAL_SIZE, 2);
    seal_put(writer, PE_HEADER + COFF_CHARACTERISTICS, CHARACTERISTICS, 2);
}

// Fill in the optional header when the sections are known.
static void seal_put_optional(struct seal_writer *writer)
{
    uint64_t optional = PE_HEADER + PE_COFF_SIZE;
    seal_put(writer, optional + OPTIONAL_MAGIC, PE_MAGIC_64, 2);
    seal_put(writer, optional + OPTIONAL_CODE_SIZE, FILE_ALIGN, 4);
    seal_put(writer, optional + OPTIONAL_DATA_SIZE,
             (uint32_t)(writer->offset - HEADERS_SIZE - FILE_ALIGN), 4);
    seal_put(writer, optional + OPTIONAL_ENTRY, MEMORY_ALIGN, 4);
    seal_put(writer, optional + OPTIONAL_CODE, MEMORY_ALIGN, 4);
    seal_put(writer, optional + OPTIONAL_MEMORY_ALIGN, MEMORY_ALIGN, 4);
    seal_put(writer, optional + OPTIONAL_FILE_ALIGN, FILE_ALIGN, 4);
    seal_put(writer, optional + OPTIONAL_IMAGE_SIZE, (uint32_t)writer->address, 4);
    seal_put(writer, optional + OPTIONAL_HEADERS_SIZE, HEADERS_SIZE, 4);
    seal_put(writer, optional + OPTIONAL_SUBSYSTEM, PE_EFI_APPLICATION, 2);
    seal_put(writer, optional + OPTIONAL_DLL_CHARACTERISTICS, NX_COMPAT, 2);
    seal_put(writer, optional + OPTIONAL_DIRECTORY_COUNT, 16, 4);
}

static struct btl_bytes seal_code(const struct btl_machine *machine)
{
    size_t i = 0;
    while (i < BTL_COUNT(seal_codes) && seal_codes[i].machine != machine->number)
        i++;
    BTL_ASSERT(i < BTL_COUNT(seal_codes)); // every row of btl_machines is there
    return seal_codes[i].code;
}

struct btl_bytes btl_seal_write(const struct btl_seal *seal, struct btl_arena *arena)
{
    struct btl_buffer counted = btl_buffer(NULL, 0), text;
    struct btl_bytes code = seal_code(seal->machine);
    btl_seal_print(seal, &counted.out);
    uint64_t size = HEADERS_SIZE + 2 * FILE_ALIGN + seal_round_up(counted.len, FILE_ALIGN);
    // One byte more: the text ends with a NUL.
    struct seal_writer writer = {.at = BTL_NEW_ARRAY(arena, uint8_t, size + 1),
                                 .offset = HEADERS_SIZE,
                                 .address = MEMORY_ALIGN};
    if (writer.at == NULL)
        return (struct btl_bytes){0};
    seal_put_coff(&writer, btl_pe_machine(seal->machine));
    memcpy(writer.at + writer.offset, code.at, code.size);
    seal_add_section(&writer, ".text", code.size, SECTION_CODE);
    memcpy(writer.at + writer.offset, sbat, sizeof(sbat) - 1);
    seal_add_section(&writer, ".sbat", sizeof(sbat) - 1, SECTION_DATA);
    text = btl_buffer((char *)writer.at + writer.offset, counted.len + 1);
    btl_seal_print(seal, &text.out);
    seal_add_section(&writer, SEAL_SECTION.at, counted.len, SECTION_DATA);
    seal_put_optional(&writer);
    return (struct btl_bytes){writer.at, size};
}

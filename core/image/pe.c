// SPDX-License-Identifier: BSD-2-Clause
// The PE gate: headers, section table, and the place of each section in the file.
#include "pe_format.h"
#include <btl/pe.h>

#include <btl/machine.h>
#include <btl/mem.h>

// The file while it is checked. `header` points to "PE\0\0".
struct pe_gate {
    struct btl_pe pe;
    const uint8_t *header;
    uint64_t header_offset;
    struct btl_diags *diags; // NULL: nothing is reported
};

#define pe_report(gate, code, ...)                                                                 \
    do {                                                                                           \
        if ((gate)->diags != NULL)                                                                 \
            btl_report((gate)->diags, (code), (gate)->pe.place, __VA_ARGS__);                      \
    } while (0)

static bool pe_fail_truncated(struct pe_gate *gate, const char *part)
{
    pe_report(gate, BTL_PE_TRUNCATED, BTL_DEC(gate->pe.file.size), BTL_ARG_Z(part));
    return false;
}

// Find the COFF header. Fill in gate->header.
static bool pe_check_magic(struct pe_gate *gate)
{
    struct btl_bytes file = gate->pe.file;
    if (file.size < 2 || memcmp(file.at, "MZ", 2) != 0) {
        pe_report(gate, BTL_PE_NOT_PE);
        return false;
    }
    if (file.size < PE_DOS_SIZE)
        return pe_fail_truncated(gate, "the DOS header");
    gate->header_offset = pe_u32(file.at + PE_DOS_OFFSET);
    if (!btl_in_range(gate->header_offset, PE_COFF_SIZE, file.size))
        return pe_fail_truncated(gate, "the PE header");
    gate->header = file.at + gate->header_offset;
    if (memcmp(gate->header, "PE\0\0", 4) == 0)
        return true;
    pe_report(gate, BTL_PE_NOT_PE);
    return false;
}

static const struct {
    uint16_t pe, elf;
} pe_machines[] = {{0x8664, ELF_MACHINE_X86_64},
                   {0x200, ELF_MACHINE_IA64},
                   {0x14c, 3},
                   {0x1c0, 40},
                   {0x1c2, 40},
                   {0xaa64, ELF_MACHINE_AARCH64},
                   {0x5064, 243},
                   {0x6264, 258}};

// Return the number of a machine in ELF; 0: unknown.
static uint16_t pe_elf_machine(uint16_t machine)
{
    for (size_t i = 0; i < BTL_COUNT(pe_machines); i++) {
        if (pe_machines[i].pe == machine)
            return pe_machines[i].elf;
    }
    return 0;
}

uint16_t btl_pe_machine(const struct btl_machine *machine)
{
    size_t i = 0;
    while (i < BTL_COUNT(pe_machines) && pe_machines[i].elf != machine->number)
        i++;
    BTL_ASSERT(i < BTL_COUNT(pe_machines)); // every row of btl_machines is there
    return pe_machines[i].pe;
}

// Check that the program is for `wanted`, or for any known machine when that is 0.
static bool pe_check_machine(struct pe_gate *gate, uint16_t wanted)
{
    uint16_t machine = pe_elf_machine(pe_u16(gate->header + COFF_MACHINE));
    gate->pe.machine = machine;
    if (btl_machine_find(machine) != NULL && (wanted == 0 || machine == wanted))
        return true;
    pe_report(gate, BTL_PE_MACHINE, BTL_ARG_Z(btl_machine_name(machine)),
              BTL_ARG_Z(wanted == 0 ? BTL_MACHINE_NAMES : btl_machine_name(wanted)));
    return false;
}

// Check the optional header, which every program of 64 bits has.
static bool pe_check_optional(struct pe_gate *gate)
{
    uint64_t size = pe_u16(gate->header + COFF_OPTIONAL_SIZE);
    const uint8_t *optional = gate->header + PE_COFF_SIZE;
    if (size < PE_OPTIONAL_MIN ||
        !btl_in_range(gate->header_offset + PE_COFF_SIZE, size, gate->pe.file.size))
        return pe_fail_truncated(gate, "the optional header");
    uint16_t magic = pe_u16(optional + OPTIONAL_MAGIC);
    uint16_t subsystem = pe_u16(optional + OPTIONAL_SUBSYSTEM);
    if (magic != PE_MAGIC_64)
        pe_report(gate, BTL_PE_NOT_64_BIT, BTL_HEX(magic), BTL_HEX(PE_MAGIC_64));
    if (subsystem != PE_EFI_APPLICATION)
        pe_report(gate, BTL_PE_SUBSYSTEM, BTL_DEC(subsystem), BTL_DEC(PE_EFI_APPLICATION));
    return magic == PE_MAGIC_64 && subsystem == PE_EFI_APPLICATION;
}

// Check that the contents of a section lie inside the file.
static bool pe_check_section(struct pe_gate *gate, uint32_t index)
{
    const uint8_t *entry = gate->pe.entries.at + (size_t)index * PE_SECTION_SIZE;
    struct btl_str name = {(const char *)entry, 8};
    uint32_t offset = pe_u32(entry + SECTION_RAW_OFFSET), size = pe_u32(entry + SECTION_RAW_SIZE);
    if (size == 0 || btl_in_range(offset, size, gate->pe.file.size))
        return true;
    pe_report(gate, BTL_PE_SECTION_RANGE, BTL_DEC(index),
              BTL_ARG(btl_str_first(name, btl_str_find(name, '\0'))), BTL_DEC(offset),
              BTL_DEC(size), BTL_DEC(gate->pe.file.size));
    return false;
}

// Check the section table. Fill in entries, section_count.
static bool pe_check_sections(struct pe_gate *gate)
{
    struct btl_bytes file = gate->pe.file;
    uint32_t count = pe_u16(gate->header + COFF_SECTIONS);
    uint64_t offset =
        gate->header_offset + PE_COFF_SIZE + pe_u16(gate->header + COFF_OPTIONAL_SIZE);
    if (count > BTL_PE_SECTIONS_MAX) {
        pe_report(gate, BTL_PE_SECTIONS, BTL_DEC(count), BTL_DEC(BTL_PE_SECTIONS_MAX));
        return false;
    }
    if (!btl_in_range(offset, (uint64_t)count * PE_SECTION_SIZE, file.size))
        return pe_fail_truncated(gate, "the section table");
    gate->pe.entries = (struct btl_bytes){file.at + offset, (size_t)count * PE_SECTION_SIZE};
    gate->pe.section_count = count;
    bool good = true;
    for (uint32_t i = 0; i < count; i++)
        good = pe_check_section(gate, i) && good;
    return good;
}

bool btl_pe_open(struct btl_bytes file, uint16_t machine, struct btl_place place,
                 struct btl_pe *ret_pe, struct btl_diags *diags)
{
    struct pe_gate gate = {.pe = {.place = place, .file = file}, .diags = diags};
    if (!pe_check_magic(&gate) || !pe_check_machine(&gate, machine) || !pe_check_optional(&gate) ||
        !pe_check_sections(&gate))
        return false;
    *ret_pe = gate.pe;
    return true;
}

struct btl_pe_section btl_pe_section(const struct btl_pe *pe, uint32_t index)
{
    BTL_ASSERT(index < pe->section_count);
    const uint8_t *entry = pe->entries.at + (size_t)index * PE_SECTION_SIZE;
    struct btl_str name = {(const char *)entry, 8};
    uint32_t size = pe_u32(entry + SECTION_SIZE), raw = pe_u32(entry + SECTION_RAW_SIZE);
    struct btl_pe_section section = {.name = btl_str_first(name, btl_str_find(name, '\0')),
                                     .size = size};
    // Files are padded to their alignment: only the size in memory is exact.
    section.contents.size = raw < size ? raw : size;
    if (section.contents.size > 0)
        section.contents.at = pe->file.at + pe_u32(entry + SECTION_RAW_OFFSET);
    return section;
}

struct btl_bytes btl_pe_find(const struct btl_pe *pe, struct btl_str name)
{
    for (uint32_t i = 0; i < pe->section_count; i++) {
        struct btl_pe_section section = btl_pe_section(pe, i);
        if (btl_str_equal(section.name, name))
            return section.contents;
    }
    return (struct btl_bytes){0};
}

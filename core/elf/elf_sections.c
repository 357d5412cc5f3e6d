// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: the section table, string tables and sections.
#include "elf_gate.h"

bool elf_section_inside(const struct elf_gate *gate, uint32_t section)
{
    const struct elf64_section *header = &gate->elf.sections[section];
    if (header->type == ELF_SHT_NULL || header->type == ELF_SHT_NOBITS || header->size == 0)
        return true;
    return btl_in_range(header->offset, header->size, gate->elf.file.size);
}

struct btl_str elf_name_if_known(const struct elf_gate *gate, uint32_t section)
{
    if (section >= gate->elf.section_count ||
        gate->elf.sections[section].name >= gate->elf.section_names.len)
        return BTL_STR("");
    return btl_elf_section_name(&gate->elf, section);
}

// Check that no string of the table is longer than BTL_ELF_NAME_MAX. From one NUL the search goes
// to the last place where the next may be, and back from there: two jumps cover more than that
// length, so that it is linear, and a table of short strings is hardly read at all.
static bool check_string_lengths(struct elf_gate *gate, uint32_t section, struct btl_str strings)
{
    size_t start = 0;
    while (strings.len - start > BTL_ELF_NAME_MAX + 1) {
        size_t end = start + BTL_ELF_NAME_MAX;
        while (end > start && strings.at[end] != '\0')
            end--;
        if (strings.at[end] != '\0') {
            elf_report(gate, BTL_ELF_STRING_TOO_LONG, BTL_DEC(section),
                       BTL_ARG(elf_name_if_known(gate, section)), BTL_DEC(BTL_ELF_NAME_MAX),
                       BTL_DEC(start));
            return false;
        }
        start = end + 1;
    }
    return true;
}

bool elf_check_strings(struct elf_gate *gate, uint32_t section, struct btl_str *ret_strings)
{
    const struct elf64_section *header = &gate->elf.sections[section];
    struct btl_str name = elf_name_if_known(gate, section);
    if (header->type != ELF_SHT_STRTAB) {
        elf_report(gate, BTL_ELF_STRINGS_TYPE, BTL_DEC(section), BTL_ARG(name),
                   BTL_DEC(header->type));
        return false;
    }
    if (!elf_section_inside(gate, section))
        return false;
    struct btl_bytes bytes = btl_elf_section_bytes(&gate->elf, section);
    if (bytes.size == 0 || bytes.at[bytes.size - 1] != '\0') {
        elf_report(gate, BTL_ELF_STRINGS_UNTERMINATED, BTL_DEC(section), BTL_ARG(name));
        return false;
    }
    struct btl_str strings = {(const char *)bytes.at, bytes.size};
    if (!check_string_lengths(gate, section, strings))
        return false;
    *ret_strings = strings;
    return true;
}

// Check that `count` entries of the section table lie inside the file.
static bool check_table_range(struct elf_gate *gate, uint64_t count)
{
    uint64_t bytes;
    if (btl_mul(count, sizeof(struct elf64_section), &bytes) &&
        btl_in_range(gate->header->shoff, bytes, gate->elf.file.size))
        return true;
    elf_report(gate, BTL_ELF_SECTION_TABLE_RANGE, BTL_DEC(count), BTL_DEC(gate->header->shoff),
               BTL_DEC(gate->elf.file.size));
    return false;
}

// Check entry size, alignment and range of the section table. Fill in sections, section_count.
static bool check_section_table(struct elf_gate *gate)
{
    const struct elf64_header *header = gate->header;
    if (header->shentsize != sizeof(struct elf64_section)) {
        elf_report(gate, BTL_ELF_SECTION_ENTSIZE, BTL_DEC(header->shentsize),
                   BTL_DEC(sizeof(struct elf64_section)));
        return false;
    }
    if (header->shoff % _Alignof(struct elf64_section) != 0) {
        elf_report(gate, BTL_ELF_SECTION_TABLE_MISALIGNED, BTL_DEC(header->shoff));
        return false;
    }
    // With extended numbering (gABI), entry 0 holds the count that does not fit into the header.
    if (!check_table_range(gate, 1))
        return false;
    const struct elf64_section *sections =
        (const struct elf64_section *)(const void *)(gate->elf.file.at + header->shoff);
    uint64_t count = header->shnum != 0 ? header->shnum : sections[0].size;
    if (!check_table_range(gate, count))
        return false;
    gate->elf.sections = sections;
    gate->elf.section_count = (uint32_t)count; // below BTL_ELF_FILE_MAX / 64
    return true;
}

// Find the table of section names and check it. Fill in section_names; where there is none, it
// stays the table of the empty name alone.
static bool check_section_names(struct elf_gate *gate)
{
    uint32_t table = gate->header->shstrndx;
    if (table == ELF_SHN_XINDEX)
        table = gate->elf.sections[0].link;
    if (table == ELF_SHN_UNDEF)
        return true;
    if (table < gate->elf.section_count) {
        if (elf_check_strings(gate, table, &gate->elf.section_names))
            return true;
    } else {
        elf_report(gate, BTL_ELF_SECTION_NAMES_INDEX, BTL_DEC(table),
                   BTL_DEC(gate->elf.section_count));
    }
    gate->elf.section_names.len = 0; // no name can be read
    return false;
}

// Check range, alignment and name of one section.
static bool elf_check_section(struct elf_gate *gate, uint32_t index, bool names)
{
    const struct elf64_section *section = &gate->elf.sections[index];
    bool good = true;
    if (!elf_section_inside(gate, index)) {
        elf_report(gate, BTL_ELF_SECTION_RANGE, BTL_DEC(index),
                   BTL_ARG(elf_name_if_known(gate, index)), BTL_DEC(section->offset),
                   BTL_DEC(section->size), BTL_DEC(gate->elf.file.size));
        good = false;
    }
    if (section->type != ELF_SHT_NULL && section->align != 0 &&
        (!btl_is_power_of_two(section->align) || section->align > BTL_ELF_ALIGN_MAX)) {
        elf_report(gate, BTL_ELF_SECTION_ALIGN, BTL_DEC(index),
                   BTL_ARG(elf_name_if_known(gate, index)), BTL_DEC(section->align),
                   BTL_DEC(BTL_ELF_ALIGN_MAX));
        good = false;
    }
    if (gate->kind == BTL_ELF_MODULE && !elf_check_section_type(gate, index))
        good = false;
    if (names && section->name >= gate->elf.section_names.len) {
        elf_report(gate, BTL_ELF_SECTION_NAME, BTL_DEC(index), BTL_DEC(section->name),
                   BTL_DEC(gate->elf.section_names.len));
        good = false;
    }
    return good;
}

bool elf_check_sections(struct elf_gate *gate)
{
    gate->elf.section_names = (struct btl_str){"", 1};
    if (gate->header->shoff != 0 && !check_section_table(gate))
        return false;
    if (gate->elf.section_count == 0) {
        if (gate->kind == BTL_ELF_MODULE)
            elf_report(gate, BTL_ELF_NO_SECTIONS);
        return gate->kind == BTL_ELF_KERNEL;
    }
    bool names = check_section_names(gate);
    bool good = names;
    for (uint32_t i = 0; i < gate->elf.section_count; i++)
        good = elf_check_section(gate, i, names) && good;
    return good;
}

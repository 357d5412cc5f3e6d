// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: the segments of a kernel.
#include "elf_gate.h"

#define COUNT_ELSEWHERE                                                                            \
    0xffffu // PN_XNUM: e_phnum does not fit, entry 0 of the section table has it

static uint32_t segment_count(const struct elf_gate *gate)
{
    uint32_t count = gate->header->phnum;
    if (count == COUNT_ELSEWHERE && gate->elf.section_count != 0)
        return gate->elf.sections[0].info;
    return count;
}

// Check entry size, alignment and range of the program headers. Fill in segments, segment_count.
static bool check_segment_table(struct elf_gate *gate)
{
    const struct elf64_header *header = gate->header;
    uint32_t count = segment_count(gate);
    if (count == 0)
        return true;
    if (header->phentsize != sizeof(struct elf64_segment)) {
        elf_report(gate, BTL_ELF_SEGMENT_ENTSIZE, BTL_DEC(header->phentsize),
                   BTL_DEC(sizeof(struct elf64_segment)));
        return false;
    }
    if (header->phoff % _Alignof(struct elf64_segment) != 0) {
        elf_report(gate, BTL_ELF_SEGMENT_TABLE_MISALIGNED, BTL_DEC(header->phoff));
        return false;
    }
    uint64_t bytes = (uint64_t)count * sizeof(struct elf64_segment);
    if (!btl_in_range(header->phoff, bytes, gate->elf.file.size)) {
        elf_report(gate, BTL_ELF_SEGMENT_TABLE_RANGE, BTL_DEC(count), BTL_DEC(header->phoff),
                   BTL_DEC(gate->elf.file.size));
        return false;
    }
    gate->elf.segments =
        (const struct elf64_segment *)(const void *)(gate->elf.file.at + header->phoff);
    gate->elf.segment_count = count;
    return true;
}

// A segment of no size, which linkers make of an empty output section, takes part in nothing, with
// whatever address and offset it has.
static bool segment_is_empty(const struct elf64_segment *segment)
{
    return segment->memsz == 0 && segment->filesz == 0;
}

// Check one PT_LOAD segment by itself: its bytes in the file and its addresses.
static bool check_segment(struct elf_gate *gate, uint32_t index)
{
    const struct elf64_segment *segment = &gate->elf.segments[index];
    uint32_t before = gate->diags->errors;
    uint64_t end;
    if (!btl_in_range(segment->offset, segment->filesz, gate->elf.file.size))
        elf_report(gate, BTL_ELF_SEGMENT_RANGE, BTL_DEC(index), BTL_DEC(segment->offset),
                   BTL_DEC(segment->filesz), BTL_DEC(gate->elf.file.size));
    if (segment->filesz > segment->memsz)
        elf_report(gate, BTL_ELF_SEGMENT_SIZE, BTL_DEC(index), BTL_DEC(segment->filesz),
                   BTL_DEC(segment->memsz));
    if (!btl_add(segment->vaddr, segment->memsz, &end))
        elf_report(gate, BTL_ELF_SEGMENT_WRAPS, BTL_DEC(index), BTL_HEX(segment->vaddr),
                   BTL_HEX(segment->memsz));
    return gate->diags->errors == before;
}

// Check that a segment begins at or above the end of the one before it.
static bool check_order(struct elf_gate *gate, uint32_t before, uint32_t index)
{
    const struct elf64_segment *below = &gate->elf.segments[before];
    const struct elf64_segment *segment = &gate->elf.segments[index];
    uint64_t end;
    if (segment->vaddr < below->vaddr) {
        elf_report(gate, BTL_ELF_SEGMENTS_ORDER, BTL_DEC(index), BTL_HEX(segment->vaddr),
                   BTL_DEC(before), BTL_HEX(below->vaddr));
        return false;
    }
    if (btl_add(below->vaddr, below->memsz, &end) && segment->vaddr < end) {
        elf_report(gate, BTL_ELF_SEGMENTS_OVERLAP, BTL_DEC(index), BTL_HEX(segment->vaddr),
                   BTL_DEC(before), BTL_HEX(end));
        return false;
    }
    return true;
}

bool elf_check_segments(struct elf_gate *gate)
{
    if (gate->kind != BTL_ELF_KERNEL)
        return true;
    if (!check_segment_table(gate))
        return false;
    bool good = true;
    bool any = false;
    uint32_t before = BTL_NONE;
    for (uint32_t i = 0; i < gate->elf.segment_count; i++) {
        if (gate->elf.segments[i].type != ELF_PT_LOAD)
            continue;
        any = true;
        if (segment_is_empty(&gate->elf.segments[i]))
            continue;
        good = check_segment(gate, i) && good;
        if (before != BTL_NONE)
            good = check_order(gate, before, i) && good;
        before = i;
    }
    if (!any)
        elf_report(gate, BTL_ELF_NO_SEGMENTS);
    return good && any;
}

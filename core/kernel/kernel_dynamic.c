// SPDX-License-Identifier: BSD-2-Clause
// The dynamic section of an ET_DYN kernel: one DT_RELA table of RELATIVE relocations, or nothing.
#include "kernel_gate.h"
#include <btl/mem.h>

struct dynamic {
    bool rela;
    uint64_t address, size, entsize; // DT_RELA, DT_RELASZ, DT_RELAENT
    bool needed, textrel;
    const char *unsupported; // the last unsupported table
};

static void parse_dynamic_entry(struct dynamic *dynamic, const struct elf64_dynamic *entry)
{
    switch (entry->tag) {
    case ELF_DT_RELA:
        dynamic->rela = true;
        dynamic->address = entry->value;
        break;
    case ELF_DT_RELASZ:
        dynamic->size = entry->value;
        break;
    case ELF_DT_RELAENT:
        dynamic->entsize = entry->value;
        break;
    case ELF_DT_NEEDED:
        dynamic->needed = true;
        break;
    case ELF_DT_TEXTREL:
        dynamic->textrel = true;
        break;
    case ELF_DT_FLAGS:
        dynamic->textrel = dynamic->textrel || (entry->value & ELF_DF_TEXTREL);
        break;
    case ELF_DT_REL:
        dynamic->unsupported = "DT_REL";
        break;
    case ELF_DT_RELR:
        dynamic->unsupported = "DT_RELR";
        break;
    case ELF_DT_PLTRELSZ:
        if (entry->value != 0)
            dynamic->unsupported = "DT_JMPREL";
        break;
    default:
        break;
    }
}

// Return the file offset of [address, address + size) of the linked kernel, inside one segment.
static bool find_file_offset(const struct btl_kernel_image *kernel, uint64_t address, uint64_t size,
                             uint64_t *ret_file_offset)
{
    uint64_t offset = address - kernel->link_base;
    for (uint32_t i = 0; i < kernel->segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->segments[i];
        if (offset < segment->offset ||
            !btl_in_range(offset - segment->offset, size, segment->file_size))
            continue;
        *ret_file_offset = segment->file_offset + (offset - segment->offset);
        return true;
    }
    return false;
}

// The segment's address and its offset must lead to the same bytes: the kernel finds its dynamic
// section by the address, the loader by the offset.
static bool check_dynamic_place(const struct btl_kernel_image *kernel,
                                const struct elf64_segment *segment, struct btl_diags *diags)
{
    uint64_t offset;
    if (segment->filesz == 0 ||
        (find_file_offset(kernel, segment->vaddr, segment->filesz, &offset) &&
         offset == segment->offset))
        return true;
    kernel_report(kernel, diags, BTL_KERNEL_DYNAMIC_PLACE, BTL_HEX(segment->vaddr),
                  BTL_DEC(segment->filesz), BTL_DEC(segment->offset));
    return false;
}

// Read the section up to DT_NULL or its end. Check that it is inside the file.
static bool read_dynamic(const struct btl_kernel_image *kernel, const struct elf64_segment *segment,
                         struct dynamic *dynamic, struct btl_diags *diags)
{
    struct btl_bytes file = kernel->elf->file;
    if (!btl_in_range(segment->offset, segment->filesz, file.size)) {
        kernel_report(kernel, diags, BTL_KERNEL_DYNAMIC_RANGE, BTL_DEC(segment->offset),
                      BTL_DEC(segment->filesz), BTL_DEC(file.size));
        return false;
    }
    if (!check_dynamic_place(kernel, segment, diags))
        return false;
    struct elf64_dynamic entry;
    for (uint64_t done = 0; segment->filesz - done >= sizeof(entry); done += sizeof(entry)) {
        memcpy(&entry, file.at + segment->offset + done, sizeof(entry));
        if (entry.tag == ELF_DT_NULL)
            break;
        parse_dynamic_entry(dynamic, &entry);
    }
    return true;
}

// Check entry size and place of the table. Fill in rela_file_offset and rela_count.
static bool check_rela_table(struct btl_kernel_image *kernel, const struct dynamic *dynamic,
                             struct btl_diags *diags)
{
    const size_t entry = sizeof(struct elf64_rela);
    if (!dynamic->rela || dynamic->size == 0)
        return true;
    if (dynamic->entsize != entry || dynamic->size % entry != 0) {
        kernel_report(kernel, diags, BTL_KERNEL_RELA_ENTSIZE, BTL_DEC(dynamic->size),
                      BTL_DEC(dynamic->entsize), BTL_DEC(entry));
        return false;
    }
    if (!find_file_offset(kernel, dynamic->address, dynamic->size, &kernel->rela_file_offset)) {
        kernel_report(kernel, diags, BTL_KERNEL_RELA_RANGE, BTL_HEX(dynamic->address),
                      BTL_DEC(dynamic->size));
        return false;
    }
    kernel->rela_count = dynamic->size / entry;
    return true;
}

static bool check_rela_types(const struct btl_kernel_image *kernel, struct btl_diags *diags)
{
    const uint32_t relative = btl_machine_find(kernel->elf->machine)->reloc_relative;
    bool good = true;
    for (uint64_t i = 0; i < kernel->rela_count; i++) {
        struct elf64_rela rela;
        memcpy(&rela, kernel->elf->file.at + kernel->rela_file_offset + i * sizeof(rela),
               sizeof(rela));
        if (ELF64_RELA_TYPE(rela.info) == relative)
            continue;
        kernel_report(kernel, diags, BTL_KERNEL_RELOCATION, BTL_DEC(i),
                      BTL_DEC(ELF64_RELA_TYPE(rela.info)), BTL_DEC(relative));
        good = false;
    }
    return good;
}

// Reject requests of the dynamic section that the loader does not support.
static bool check_dynamic_flags(const struct btl_kernel_image *kernel,
                                const struct dynamic *dynamic, struct btl_diags *diags)
{
    uint32_t before = diags->errors;
    if (dynamic->needed)
        kernel_report(kernel, diags, BTL_KERNEL_NEEDS_LIBRARY);
    if (dynamic->textrel)
        kernel_report(kernel, diags, BTL_KERNEL_TEXT_RELOCATIONS);
    if (dynamic->unsupported != NULL)
        kernel_report(kernel, diags, BTL_KERNEL_RELOCATION_TABLE, BTL_ARG_Z(dynamic->unsupported));
    return diags->errors == before;
}

bool kernel_check_dynamic(struct btl_kernel_image *kernel, struct btl_diags *diags)
{
    struct dynamic dynamic = {0};
    bool found = false, good = true;
    for (uint32_t i = 0; i < kernel->elf->segment_count; i++) {
        const struct elf64_segment *segment = &kernel->elf->segments[i];
        if (segment->type != ELF_PT_DYNAMIC)
            continue;
        found = true;
        good = read_dynamic(kernel, segment, &dynamic, diags) && good;
    }
    good = check_dynamic_flags(kernel, &dynamic, diags) && good;
    good = check_rela_table(kernel, &dynamic, diags) && check_rela_types(kernel, diags) && good;
    kernel->movable = found && kernel->elf->type == ELF_DYN;
    return good;
}

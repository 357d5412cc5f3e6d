// SPDX-License-Identifier: BSD-2-Clause
// An index of the descriptors of a kernel by entry point, made in one pass over .opd.
#include "kernel_descriptors.h"
#include "kernel_gate.h"
#include <btl/mem.h>

struct descriptor {
    uint64_t entry, gp;
};

static uint64_t descriptor_entry(const struct kernel_descriptors *descriptors, uint32_t number)
{
    struct descriptor descriptor;
    memcpy(&descriptor, descriptors->bytes + number * sizeof(descriptor), sizeof(descriptor));
    return descriptor.entry;
}

static uint32_t descriptor_hash(const struct kernel_descriptors *descriptors, uint64_t entry)
{
    struct btl_str key = {(const char *)&entry, sizeof(entry)};
    return btl_index_hash(&descriptors->index, key, 0);
}

// Return the number of the first descriptor of an entry point, or BTL_NONE.
static uint32_t descriptor_number(const struct kernel_descriptors *descriptors, uint64_t entry)
{
    struct btl_probe probe =
        btl_index_probe(&descriptors->index, descriptor_hash(descriptors, entry));
    BTL_INDEX_EACH (&descriptors->index, &probe) {
        uint32_t number = btl_index_number(&descriptors->index, &probe);
        if (descriptor_entry(descriptors, number) == entry)
            return number;
    }
    return BTL_NONE;
}

bool kernel_descriptors_open(const struct btl_kernel_image *kernel, struct btl_arena *arena,
                             struct kernel_descriptors *ret_descriptors, struct btl_diags *diags)
{
    struct kernel_descriptors descriptors = {0};
    struct btl_bytes bytes = {0};
    uint32_t section = btl_elf_find_section(kernel->elf, BTL_STR(".opd"));
    if (section != BTL_NONE) {
        bytes = btl_elf_section_bytes(kernel->elf, section);
        descriptors.address = kernel->elf->sections[section].addr;
        if (bytes.size != kernel->elf->sections[section].size ||
            bytes.size % sizeof(struct descriptor) != 0) {
            kernel_report(kernel, diags, BTL_KERNEL_OPD_SIZE,
                          BTL_DEC(kernel->elf->sections[section].size));
            return false;
        }
    }
    uint32_t count = (uint32_t)(bytes.size / sizeof(struct descriptor)); // files end at 4 GiB
    descriptors.bytes = bytes.at;
    if (!btl_index_init(&descriptors.index, count, arena)) {
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("finding the kernel's descriptors"));
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t entry = descriptor_entry(&descriptors, i);
        if (descriptor_number(&descriptors, entry) == BTL_NONE)
            btl_index_add(&descriptors.index, descriptor_hash(&descriptors, entry), i);
    }
    *ret_descriptors = descriptors;
    return true;
}

bool kernel_descriptors_find(const struct kernel_descriptors *descriptors, uint64_t entry,
                             uint64_t *ret_address)
{
    uint32_t number = descriptor_number(descriptors, entry);
    if (number == BTL_NONE)
        return false;
    *ret_address = descriptors->address + number * sizeof(struct descriptor);
    return true;
}

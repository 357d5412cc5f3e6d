// SPDX-License-Identifier: BSD-2-Clause
// Descriptors of a kernel, by entry point: one pass over .opd, then a look-up per export.
#include "kernel_descriptors.h"
#include "kernel_gate.h"
#include <btl/mem.h>

struct descriptor {
    uint64_t entry, gp;
};

static uint64_t descriptor_entry(const struct kernel_descriptors *descriptors, uint32_t number)
{
    struct descriptor descriptor;
    memcpy(&descriptor, descriptors->at + number * sizeof(descriptor), sizeof(descriptor));
    return descriptor.entry;
}

// The slot of that entry point, or the free one that ends its probe sequence: half of them are
// free.
static uint32_t descriptor_slot(const struct kernel_descriptors *descriptors, uint64_t entry)
{
    struct btl_str key = {(const char *)&entry, sizeof(entry)};
    uint32_t slot = (uint32_t)btl_hash(key, descriptors->seed) & descriptors->slot_mask;
    while (descriptors->slots[slot] != 0 &&
           descriptor_entry(descriptors, descriptors->slots[slot] - 1) != entry)
        slot = (slot + 1) & descriptors->slot_mask;
    return slot;
}

bool kernel_descriptors_open(const struct btl_kernel_image *kernel, struct btl_arena *arena,
                             struct kernel_descriptors *ret_descriptors, struct btl_diags *diags)
{
    struct kernel_descriptors descriptors = {.seed = (uintptr_t)arena->at};
    struct btl_bytes bytes = {0};
    uint32_t section = btl_elf_find_section(kernel->elf, BTL_STR(".opd")), capacity = 2;
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
    while (capacity < 2 * (uint64_t)count)
        capacity *= 2;
    descriptors.at = bytes.at;
    descriptors.slot_mask = capacity - 1;
    descriptors.slots = BTL_NEW_ARRAY(arena, uint32_t, capacity);
    if (descriptors.slots == NULL) {
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("finding the kernel's descriptors"));
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot =
            &descriptors.slots[descriptor_slot(&descriptors, descriptor_entry(&descriptors, i))];
        if (*slot == 0)
            *slot = i + 1;
    }
    *ret_descriptors = descriptors;
    return true;
}

bool kernel_descriptors_find(const struct kernel_descriptors *descriptors, uint64_t entry,
                             uint64_t *ret_address)
{
    uint32_t number = descriptors->slots[descriptor_slot(descriptors, entry)];
    if (number == 0)
        return false;
    *ret_address = descriptors->address + (number - 1) * sizeof(struct descriptor);
    return true;
}

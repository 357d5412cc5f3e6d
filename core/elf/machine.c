// SPDX-License-Identifier: BSD-2-Clause
// The table of machines.
#include <btl/machine.h>

#include <btl/boot.h>

const struct btl_machine btl_machines[BTL_MACHINES] = {
    {
        .number = ELF_MACHINE_X86_64,
        .name = "x86-64",
        .loader = {"/EFI/BOOT/BOOTX64.EFI", 21},
        .direct_map = BTL_X86_64_DIRECT_MAP,
        .direct_map_size_max = BTL_X86_64_DIRECT_MAP_SIZE,
        .window = BTL_X86_64_WINDOW,
        .window_size = BTL_X86_64_WINDOW_SIZE,
        .kernel_align = BTL_PAGE_SIZE,
        .range_align = BTL_PAGE_SIZE,
        .handoff_size = BTL_PAGE_SIZE,
        .stack_guard = BTL_PAGE_SIZE,
        .reloc_relative = 8,  // R_X86_64_RELATIVE
        .reloc_address64 = 1, // R_X86_64_64
    },
    {
        .number = ELF_MACHINE_IA64,
        .name = "ia64",
        .loader = {"/EFI/BOOT/BOOTIA64.EFI", 22},
        .direct_map = BTL_IA64_DIRECT_MAP,
        .direct_map_size_max = BTL_IA64_PHYSICAL_END,
        .window = BTL_IA64_WINDOW,
        .window_size = BTL_IA64_WINDOW_SIZE,
        .kernel_align = BTL_IA64_KERNEL_ALIGN,
        .range_align = BTL_IA64_STACK_GUARD,
        .handoff_size = BTL_IA64_HANDOFF_SIZE,
        .stack_guard = BTL_IA64_STACK_GUARD,
        .backing_store_size = BTL_BOOT_STACK_SIZE,
        .reloc_relative = 0x6f,  // R_IA64_REL64LSB
        .reloc_address64 = 0x27, // R_IA64_DIR64LSB
    },
    {
        .number = ELF_MACHINE_AARCH64,
        .name = "aarch64",
        .loader = {"/EFI/BOOT/BOOTAA64.EFI", 22},
        .direct_map = BTL_AARCH64_DIRECT_MAP,
        .direct_map_size_max = BTL_AARCH64_DIRECT_MAP_SIZE,
        .window = BTL_AARCH64_WINDOW,
        .window_size = BTL_AARCH64_WINDOW_SIZE,
        .kernel_align = BTL_PAGE_SIZE,
        .range_align = BTL_PAGE_SIZE,
        .handoff_size = BTL_PAGE_SIZE,
        .stack_guard = BTL_PAGE_SIZE,
        .reloc_relative = 1027, // R_AARCH64_RELATIVE
        .reloc_address64 = 257, // R_AARCH64_ABS64
    },
};

// Machines that are known by name alone.
static const struct {
    uint16_t number;
    const char *name;
} foreign[] = {
    {3, "i386"}, {21, "ppc64"}, {22, "s390"}, {40, "arm"}, {243, "riscv"}, {258, "loongarch"},
};

const struct btl_machine *btl_machine_find(uint16_t number)
{
    for (size_t i = 0; i < BTL_MACHINES; i++) {
        if (btl_machines[i].number == number)
            return &btl_machines[i];
    }
    return NULL;
}

const struct btl_machine *btl_machine_named(struct btl_str name)
{
    for (size_t i = 0; i < BTL_MACHINES; i++) {
        if (btl_str_equal(btl_str_of(btl_machines[i].name), name))
            return &btl_machines[i];
    }
    return NULL;
}

const char *btl_machine_name(uint16_t number)
{
    const struct btl_machine *machine = btl_machine_find(number);
    for (size_t i = 0; machine == NULL && i < BTL_COUNT(foreign); i++) {
        if (foreign[i].number == number)
            return foreign[i].name;
    }
    return machine != NULL ? machine->name : "unknown";
}

// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include <btl/link.h>
#include <btl/machine.h>

TEST(test_machines_are_found_by_number_and_name)
{
    for (size_t i = 0; i < BTL_MACHINES; i++) {
        const struct btl_machine *machine = &btl_machines[i];
        assert_ptr_equal(btl_machine_find(machine->number), machine);
        assert_ptr_equal(btl_machine_named(btl_str_of(machine->name)), machine);
        assert_string_equal(btl_machine_name(machine->number), machine->name);
    }
    assert_int_equal(btl_machine_named(BTL_STR("x86-64"))->number, ELF_MACHINE_X86_64);
    assert_int_equal(btl_machine_named(BTL_STR("ia64"))->number, ELF_MACHINE_IA64);
    assert_int_equal(btl_machine_named(BTL_STR("aarch64"))->number, ELF_MACHINE_AARCH64);
}

TEST(test_messages_name_every_machine)
{
    for (size_t i = 0; i < BTL_MACHINES; i++)
        assert_non_null(strstr(BTL_MACHINE_NAMES, btl_machines[i].name));
}

TEST(test_other_machines_have_at_most_a_name)
{
    assert_null(btl_machine_find(0));
    assert_null(btl_machine_find(3));
    assert_null(btl_machine_named(BTL_STR("i386")));
    assert_null(btl_machine_named(BTL_STR("")));
    assert_string_equal(btl_machine_name(3), "i386");
    assert_string_equal(btl_machine_name(0xffff), "unknown");
}

TEST(test_loaders_lie_where_firmware_looks)
{
    for (size_t i = 0; i < BTL_MACHINES; i++) {
        struct btl_str loader = btl_machines[i].loader;
        assert_int_equal(loader.at[loader.len], '\0');
        assert_true(btl_str_begins(loader, BTL_STR("/EFI/BOOT/BOOT")));
        assert_true(btl_str_ends(loader, BTL_STR(".EFI")));
    }
}

TEST(test_relocation_types_are_those_of_the_psabi)
{
    const struct btl_machine *x86_64 = btl_machine_find(ELF_MACHINE_X86_64);
    const struct btl_machine *ia64 = btl_machine_find(ELF_MACHINE_IA64);
    assert_string_equal(btl_reloc_name(x86_64->number, x86_64->reloc_address64), "R_X86_64_64");
    assert_string_equal(btl_reloc_name(ia64->number, ia64->reloc_address64), "R_IA64_DIR64LSB");
    assert_string_equal(btl_reloc_name(x86_64->number, x86_64->reloc_relative),
                        "R_X86_64_RELATIVE");
    assert_string_equal(btl_reloc_name(ia64->number, ia64->reloc_relative), "R_IA64_REL64LSB");
    const struct btl_machine *aarch64 = btl_machine_find(ELF_MACHINE_AARCH64);
    assert_string_equal(btl_reloc_name(aarch64->number, aarch64->reloc_address64),
                        "R_AARCH64_ABS64");
    assert_string_equal(btl_reloc_name(aarch64->number, aarch64->reloc_relative),
                        "R_AARCH64_RELATIVE");
}

// What the loader relies on when it places images (btl/boot.h).
TEST(test_windows_are_aligned_and_apart_from_the_direct_map)
{
    for (size_t i = 0; i < BTL_MACHINES; i++) {
        const struct btl_machine *machine = &btl_machines[i];
        const uint64_t aligns[] = {machine->kernel_align, machine->range_align,
                                   machine->handoff_size};
        for (size_t j = 0; j < BTL_COUNT(aligns); j++) {
            assert_true(btl_is_power_of_two(aligns[j]) && aligns[j] >= BTL_PAGE_SIZE);
            assert_int_equal(machine->window % aligns[j], 0);
        }
        uint64_t window_end = machine->window + machine->window_size;
        uint64_t direct_end = machine->direct_map + machine->direct_map_size_max;
        assert_true(window_end > machine->window && direct_end > machine->direct_map);
        assert_true(window_end <= machine->direct_map || direct_end <= machine->window);
    }
}

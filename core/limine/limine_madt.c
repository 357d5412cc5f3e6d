// SPDX-License-Identifier: BSD-2-Clause
// Processors and I/O APICs in the firmware's MADT. The table may be damaged: entries are walked up
// to the first that does not fit.
#include <btl/limine_kernel.h>
#include <btl/mem.h>

enum { MADT_ENTRIES = 44 }; // bytes before the first entry

// Types of entries, with their sizes.
enum { LOCAL_APIC = 0, IO_APIC = 1, LOCAL_X2APIC = 9 };
enum { LOCAL_APIC_SIZE = 8, IO_APIC_SIZE = 12, LOCAL_X2APIC_SIZE = 16 };

#define ENABLED 1u // a flag of both kinds of processors

static uint32_t entry_u32(const uint8_t *entry, size_t offset)
{
    uint32_t value;
    memcpy(&value, entry + offset, sizeof(value));
    return value;
}

static void add_processor(struct btl_limine_machine *machine, uint32_t processor_id,
                          uint32_t lapic_id, uint32_t flags)
{
    if (lapic_id == machine->processors[0].lapic_id)
        machine->processors[0].processor_id = processor_id;
    if ((flags & ENABLED) == 0 || machine->processor_count == BTL_LIMINE_PROCESSORS_MAX)
        return;
    for (uint32_t i = 0; i < machine->processor_count; i++) {
        if (machine->processors[i].lapic_id == lapic_id)
            return;
    }
    machine->processors[machine->processor_count++] =
        (struct btl_limine_processor){processor_id, lapic_id};
}

static void add_entry(struct btl_limine_machine *machine, const uint8_t *entry, uint8_t size)
{
    if (entry[0] == LOCAL_APIC && size >= LOCAL_APIC_SIZE)
        add_processor(machine, entry[2], entry[3], entry_u32(entry, 4));
    if (entry[0] == LOCAL_X2APIC && size >= LOCAL_X2APIC_SIZE)
        add_processor(machine, entry_u32(entry, 12), entry_u32(entry, 4), entry_u32(entry, 8));
    if (entry[0] == IO_APIC && size >= IO_APIC_SIZE &&
        machine->io_apic_count < BTL_LIMINE_IO_APICS_MAX)
        machine->io_apics[machine->io_apic_count++] = entry_u32(entry, 4);
}

bool btl_limine_machine(struct btl_bytes madt, uint32_t boot_lapic_id, struct btl_arena *arena,
                        struct btl_limine_machine *ret_machine)
{
    struct btl_limine_machine machine = {.processor_count = 1};
    machine.processors =
        BTL_NEW_ARRAY(arena, struct btl_limine_processor, BTL_LIMINE_PROCESSORS_MAX);
    if (machine.processors == NULL)
        return false;
    machine.processors[0].lapic_id = boot_lapic_id;
    for (uint64_t at = MADT_ENTRIES; btl_in_range(at, 2, madt.size);) {
        uint8_t size = madt.at[at + 1];
        if (size < 2 || !btl_in_range(at, size, madt.size))
            break;
        add_entry(&machine, madt.at + at, size);
        at += size;
    }
    *ret_machine = machine;
    return true;
}

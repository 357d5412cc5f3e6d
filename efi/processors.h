// SPDX-License-Identifier: BSD-2-Clause
// Other processors, started for a kernel of the Limine protocol when boot services have ended.
#ifndef BTL_EFI_PROCESSORS_H
#define BTL_EFI_PROCESSORS_H

#include <btl/limine_kernel.h>

struct processors {
    const struct btl_limine_machine *machine;
    uint64_t trampoline; // two pages below 1 MiB; 0: no processor is started
    uint64_t page_table_root;
    bool five_levels;
    uint64_t direct_map;
    uint64_t gdt;                // address in the direct map
    uint64_t cpus;               // physical: the struct btl_limine_cpu of each processor
    uint64_t stacks, stack_size; // physical: a stack for each processor
    uint64_t ticks_per_second;   // 0: unknown
    bool x2apic;                 // is requested; afterwards: is on
    bool *started;               // [machine->processor_count], filled in
};

#endif

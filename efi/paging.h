// SPDX-License-Identifier: BSD-2-Clause
// The address space at hand-off (btl/boot.h): one to one, direct map, kernel and module window.
// Each architecture has its paging.c, without calls of the firmware, so that tests can build and
// walk tables.
#ifndef BTL_EFI_PAGING_H
#define BTL_EFI_PAGING_H

#include <btl/types.h>

// Features of the processor.
struct paging_cpu {
    bool no_execute;       // pages can be made not executable; required
    bool huge_pages;       // 1 GiB pages
    bool five_levels;      // 57-bit virtual addresses are enabled
    uint8_t physical_bits; // width of a physical address
    uint32_t lapic_id;     // of the processor that runs, on x86-64
};

extern const uint16_t loader_machine; // e_machine: what this loader boots

struct paging {
    struct paging_cpu cpu;
    uint64_t code_page; // physical address of the hand-off area, executable one to one
    // Allocate a zeroed page for a table. Return its physical address, also a valid pointer; 0: no
    // memory.
    uint64_t (*alloc_table)(void *owner);
    void *owner;

    uint64_t root;         // physical, of the top table
    uint64_t physical_end; // end of the memory in the direct map
};

// Allocate the top tables and map the first 4 GiB. The caller has filled in `cpu`, `code_page`,
// `alloc_table` and `owner`. False here and below: no memory for a table.
bool paging_begin(struct paging *paging);
// Map physical memory [start, start + size) one to one and in the direct map: readable, writable,
// not executable, except the code page one to one. Existing mappings stay. Addresses beyond the
// machine's limit are left out.
bool paging_map_physical(struct paging *paging, uint64_t start, uint64_t size);
// Map pages of the window. `perm` is a BTL_PERM_ mask (btl/link.h). Addresses and size are
// multiples of the page size, the range lies inside the window and is not mapped yet.
bool paging_map_window(struct paging *paging, uint64_t address, uint64_t physical, uint64_t size,
                       uint8_t perm);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The address space at hand-off (btl/boot.h): one to one, direct map, kernel and module window.
// One paging_ARCH.c implements it for each architecture. It is pure: no firmware, memory through a
// callback; so that a test can build tables anywhere and walk them.
#ifndef BTL_EFI_PAGING_H
#define BTL_EFI_PAGING_H

#include <btl/types.h>

// What the processor can do.
struct paging_cpu {
    bool no_execute;       // pages can be made not executable; nothing boots without it
    bool huge_pages;       // 1 GiB pages
    bool five_levels;      // 57-bit virtual addresses are switched on
    uint8_t physical_bits; // width of a physical address
};

extern const uint16_t loader_machine; // e_machine: what this loader boots

struct paging {
    struct paging_cpu cpu;
    uint64_t code_page; // physical: of the hand-off area, which is executable where it lies
    // A zeroed page for a table: its physical address, which is also its address; 0: no memory.
    uint64_t (*alloc_table)(void *owner);
    void *owner;

    uint64_t root;         // physical, of the top table
    uint64_t physical_end; // end of what the direct map reaches
};

// Takes the top tables and maps the first 4 GiB. `cpu`, `code_page`, `alloc_table` and `owner` are
// filled in by the caller. False here and below: no memory for a table.
bool paging_begin(struct paging *paging);
// Maps physical memory [start, start + size), one to one and in the direct map: readable, writable,
// not executable but for the code page one to one. What is mapped already stays. What the machine
// cannot address is left out.
bool paging_map_physical(struct paging *paging, uint64_t start, uint64_t size);
// Maps pages of the window. `perm` is a BTL_PERM_ mask (btl/link.h). Addresses and size are
// multiples of the page size, the range lies inside the window and is not mapped yet.
bool paging_map_window(struct paging *paging, uint64_t address, uint64_t physical, uint64_t size,
                       uint8_t perm);

#endif

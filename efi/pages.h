// SPDX-License-Identifier: BSD-2-Clause
// Lists of all pages that the loader allocates. A failed attempt or boot frees its pages; a
// successful boot reports them to the kernel.
#ifndef BTL_EFI_PAGES_H
#define BTL_EFI_PAGES_H

#include <btl/arena.h>
#include <btl/memmap.h>

#include "firmware.h"

struct pages {
    struct firmware *fw;
    struct btl_own_range *ranges;      // in the order of allocation
    uint64_t count, capacity;          // without the list's own pages, which are loader data
    struct shared *shared;             // blocks of loader data that are shared, newest first
    uint64_t shared_next, shared_left; // in the newest: address, pages
    uint64_t block_next, block_left;   // of pages_begin_block(): address, pages
    struct pages *parent; // a list that outlives this one and is counted with it; or NULL
};

// Allocate whole pages for at least `bytes` bytes, not cleared. Memory that the kernel keeps
// (KERNEL, MODULES, EARLY, MANIFEST) is reserved memory in the firmware's map. LOADER and STAGED
// are loader data; small ranges share blocks, which saves calls and entries of the map.
// *ret_address is a physical address and also a valid pointer.
bool pages_allocate(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                    uint64_t *ret_address);
// Allocate cleared pages.
bool pages_allocate_clear(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                          uint64_t *ret_address);
// Allocate cleared pages to be mapped at `address`: it is congruent to the physical address modulo
// `align`, a power of two, at least a page. Those of MODULES are not cleared: the step that links
// writes them whole.
bool pages_allocate_congruent(struct pages *pages, uint64_t bytes, uint64_t address, uint64_t align,
                              enum btlm_memory_type purpose, uint64_t *ret_physical);
// Allocate aligned pages that are executable under the firmware's page tables, not cleared.
bool pages_allocate_code(struct pages *pages, uint64_t bytes, uint64_t align,
                         uint64_t *ret_address);
// Allocate the pages at `address`, not cleared, as loader data.
bool pages_allocate_at(struct pages *pages, uint64_t bytes, uint64_t address);
// Allocate one block of loader data for several ranges, which pages_allocate_part() then allocates
// in order. A range takes `room` bytes of the block, in whole pages.
bool pages_begin_block(struct pages *pages, uint64_t bytes);
bool pages_allocate_part(struct pages *pages, uint64_t bytes, uint64_t room, uint64_t *ret_address);
// Free the block, and the last ranges, which are in it.
void pages_free_block(struct pages *pages);
// Free the last allocation.
void pages_free_last(struct pages *pages);
void pages_free_all(struct pages *pages); // not those of `parent`

// Return the number of ranges, including those of `parent`; copy them.
uint64_t pages_count(const struct pages *pages);
void pages_copy(const struct pages *pages, struct btl_own_range *to);

// Initialize an arena that grows by pages of purpose LOADER.
void pages_arena(struct pages *pages, struct btl_arena *ret_arena);

#endif

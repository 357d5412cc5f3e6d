// SPDX-License-Identifier: BSD-2-Clause
// Every page the loader takes from the firmware, in lists: so that an attempt or a boot that fails
// gives all of its pages back, and one that succeeds can tell the kernel what each is.
#ifndef BTL_EFI_PAGES_H
#define BTL_EFI_PAGES_H

#include <btl/arena.h>
#include <btl/memmap.h>

#include "firmware.h"

struct pages {
    struct firmware *fw;
    struct btl_own_range *ranges; // in the order of allocation
    uint64_t count, capacity;     // the list's own pages are not in it: they are plain loader data
    struct shared *shared; // blocks of loader data that are handed out in parts, newest first
    uint64_t shared_next, shared_left; // in the newest: address, pages
    struct pages *parent;              // a list that outlives this one, and is part of it; or NULL
};

// Takes whole pages for at least `bytes` bytes, not cleared. What the kernel keeps (KERNEL,
// MODULES, EARLY, MANIFEST) is reserved memory to every reader of the firmware's map; LOADER and
// STAGED are loader data, and small ones share what the firmware is asked for: a call, and an entry
// in its tables and in its map, for many of them. *ret_address is both the physical address and a
// pointer's value.
bool pages_allocate(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                    uint64_t *ret_address);
// The same, cleared.
bool pages_allocate_clear(struct pages *pages, uint64_t bytes, enum btlm_memory_type purpose,
                          uint64_t *ret_address);
// The same, for what will be mapped at `address`: that and the physical address agree modulo
// `align`, a power of two, at least a page.
bool pages_allocate_congruent(struct pages *pages, uint64_t bytes, uint64_t address, uint64_t align,
                              enum btlm_memory_type purpose, uint64_t *ret_physical);
// Pages that code can be run from under the firmware's own page tables, aligned; not cleared.
bool pages_allocate_code(struct pages *pages, uint64_t bytes, uint64_t align,
                         uint64_t *ret_address);
// Gives back what was taken last.
void pages_free_last(struct pages *pages);
void pages_free_all(struct pages *pages); // not of `parent`

// How many were taken, with those of `parent`; their copies.
uint64_t pages_count(const struct pages *pages);
void pages_copy(const struct pages *pages, struct btl_own_range *to);

// An arena that grows by such pages (purpose LOADER).
void pages_arena(struct pages *pages, struct btl_arena *ret_arena);

#endif

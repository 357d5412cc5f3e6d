// SPDX-License-Identifier: BSD-2-Clause
// Page frames: a table with an entry for each (the pfdat), and the allocator on it.
#ifndef KERNEL_VM_PAGE_H
#define KERNEL_VM_PAGE_H

#include "vm/buddy.h"

#include <btl/manifest.h>

// Owners of page frames: PF_OWNER(NAME, "name", "description").
#define PF_OWNERS(PF_OWNER)                                                                        \
    PF_OWNER(HOLE, "hole", "not in the memory map")                                                \
    PF_OWNER(FREE, "free", "in the allocator")                                                     \
    PF_OWNER(KERNEL, "kernel", "the kernel's image and its stack")                                 \
    PF_OWNER(BOOT_MODULE, "boot modules", "phase-1 images")                                        \
    PF_OWNER(EARLY, "early arena", "the early allocator's")                                        \
    PF_OWNER(MANIFEST, "manifest", "the boot manifest")                                            \
    PF_OWNER(STAGED, "staged", "module files not linked yet")                                      \
    PF_OWNER(PFDAT, "page frame table", "this table")                                              \
    PF_OWNER(PAGE_TABLE, "page tables", "the kernel's own")                                        \
    PF_OWNER(KMEM, "kmem", "small and large allocations")                                          \
    PF_OWNER(MODULE, "modules", "images that the kernel linked")                                   \
    PF_OWNER(PAGES, "page_alloc", "pages that drivers allocated")                                  \
    PF_OWNER(LOADER, "loader", "loader and boot services, to be released")                         \
    PF_OWNER(FIRMWARE, "firmware", "runtime services, ACPI, reserved, bad, uncached")

enum pf_owner {
#define PF_OWNER(name, text, what) PF_##name,
    PF_OWNERS(PF_OWNER)
#undef PF_OWNER
        PF_COUNT
};

struct pfdat {
    struct buddy_link link;
    uint8_t owner;      // enum pf_owner
    uint8_t kmem_class; // of a PF_KMEM page (kmem.c)
    uint16_t used;      // kmem: objects in use on this page
    uint16_t free;      // kmem: first free object
};
_Static_assert(sizeof(struct pfdat) == 20, "one per page frame: keep it small");

// Start with every frame below `frames` PF_HOLE; `table` has an entry for each.
void page_init(struct pfdat *table, uint64_t frames);

// owner.c: owners by the memory map
enum pf_owner pf_owner_of_type(enum btlm_memory_type type);
enum pf_owner pf_owner_of(const struct btlm_memory *range);

// Set the owner of a range in bytes, while the table is built or when memory changes its owner
// without being free in between. A part above the table is ignored.
void pages_set_owner(uint64_t physical, uint64_t size, enum pf_owner owner);
// Allocate `count` contiguous pages, zeroed. False: no such run.
bool pages_alloc(uint64_t count, enum pf_owner owner, uint64_t *ret_physical);
// Allocate them without zeroing, for a caller that writes every byte.
bool pages_alloc_raw(uint64_t count, enum pf_owner owner, uint64_t *ret_physical);
// Allocate them zeroed, all below a physical address.
bool pages_alloc_below(uint64_t count, uint64_t below, enum pf_owner owner, uint64_t *ret_physical);
// Free pages of one owner; pages of another owner are a panic.
void pages_free(uint64_t physical, uint64_t count, enum pf_owner owner);

struct pfdat *pfdat_of(uint64_t physical); // NULL above the table
uint64_t pfdat_frames(void);
uint64_t pages_owned(enum pf_owner owner); // pages, from running totals
const char *pf_owner_name(enum pf_owner owner);
// Recount the table and the free lists: do all totals agree?
bool pages_verify(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The entries that the linker makes for an image, each of them once: GOT entries, function
// descriptors, stubs. They are counted (add) before the image has memory, found and written later.
// A machine says which kinds of entries it has.
#ifndef BTL_CORE_LINKAGE_H
#define BTL_CORE_LINKAGE_H

#include <btl/index.h>
#include <btl/link.h>

enum btl_linkage_area { BTL_AREA_GOT, BTL_AREA_OPD, BTL_AREA_PLT, BTL_AREAS };

struct btl_linkage_kind {
    uint8_t area, size; // bytes
};

struct btl_linkage_entry {
    uint64_t offset; // from the symbol or the section
    uint32_t target; // symbol or section
    uint32_t kind;   // index in the machine's kinds
    uint64_t place;  // offset in the area
};

struct btl_linkage {
    struct btl_arena *arena;
    const struct btl_linkage_kind *kinds;
    struct btl_linkage_entry *entries; // in the order of adding
    uint32_t count;
    size_t capacity; // of entries
    struct btl_index index;
    uint64_t size[BTL_AREAS]; // bytes
};

// Return an empty linkage; NULL: no memory.
struct btl_linkage *btl_linkage_new(const struct btl_linkage_kind *kinds, struct btl_arena *arena);
// Add an entry unless the linkage has it. False: no memory.
bool btl_linkage_add(struct btl_linkage *linkage, uint32_t kind, uint32_t target, uint64_t offset);
// Return an entry, valid until another is added; NULL: the linkage does not have it.
const struct btl_linkage_entry *btl_linkage_find(const struct btl_linkage *linkage, uint32_t kind,
                                                 uint32_t target, uint64_t offset);

// The following functions are for an image whose machine_data is a linkage.

// Set the sizes of the areas. The GOT has entries of 8 bytes.
void btl_linkage_reserve(struct btl_image *image);
// Return the offset of an entry in an image with a layout.
uint64_t btl_linkage_offset(const struct btl_image *image, const struct btl_linkage_entry *entry);
// Return the address of an entry in a placed image; 0: the entry was not counted.
uint64_t btl_linkage_address(const struct btl_image *image, uint32_t kind, uint32_t target,
                             uint64_t offset);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The entries that the linker makes for an ia64 image, each of them once: GOT entries, function
// descriptors, stubs. They are counted (add) before the image has memory, found and written later.
#ifndef BTL_CORE_IA64_LINKAGE_H
#define BTL_CORE_IA64_LINKAGE_H

#include <btl/index.h>

enum ia64_entry_kind {
    IA64_GOT_ADDRESS,    // GOT entry: symbol + offset; of an imported function: its descriptor
    IA64_GOT_DESCRIPTOR, // GOT entry: address of the descriptor of the function symbol + offset
    IA64_DESCRIPTOR,     // descriptor of section + offset (section 0: an absolute address)
    IA64_IMPORT_STUB,    // calls the function symbol of another image, by its descriptor
    IA64_FAR_STUB,       // branches to symbol + offset of this image
    IA64_ENTRY_KINDS,
};

#define IA64_GOT_ENTRY_SIZE   8u
#define IA64_DESCRIPTOR_SIZE  16u
#define IA64_IMPORT_STUB_SIZE 48u
#define IA64_FAR_STUB_SIZE    16u

struct ia64_entry {
    uint64_t offset; // from the symbol or the section
    uint32_t target; // symbol or section
    uint32_t kind;   // enum ia64_entry_kind
    uint64_t place;  // offset in the area
};

enum ia64_area { IA64_AREA_GOT, IA64_AREA_OPD, IA64_AREA_PLT, IA64_AREAS };

struct ia64_linkage {
    struct btl_arena *arena;
    struct ia64_entry *entries; // in the order of adding
    uint32_t count;
    size_t capacity; // of entries
    struct btl_index index;
    uint64_t size[IA64_AREAS]; // bytes
};

// Return the area of entries of that kind.
enum ia64_area ia64_area_of(enum ia64_entry_kind kind);
// Return an empty linkage; NULL: no memory.
struct ia64_linkage *ia64_linkage_new(struct btl_arena *arena);
// Add an entry unless the linkage has it. False: no memory.
bool ia64_linkage_add(struct ia64_linkage *linkage, enum ia64_entry_kind kind, uint32_t target,
                      uint64_t offset);
// Return an entry, valid until another is added; NULL: the linkage does not have it.
const struct ia64_entry *ia64_linkage_find(const struct ia64_linkage *linkage,
                                           enum ia64_entry_kind kind, uint32_t target,
                                           uint64_t offset);

#endif

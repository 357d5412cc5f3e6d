// SPDX-License-Identifier: BSD-2-Clause
// The linkage of an ia64 image: its gp, GOT, function descriptors and stubs. docs/ia64.md has a
// drawing.
#ifndef BTL_CORE_IA64_ENTRIES_H
#define BTL_CORE_IA64_ENTRIES_H

#include "linkage.h"

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

// Maximum entries of a GOT. It ends less than a page below gp, and gp reaches 2 MiB down.
#define BTL_IA64_GOT_MAX (((2u << 20) - BTL_PAGE_SIZE) / IA64_GOT_ENTRY_SIZE)

// Return the empty linkage of an ia64 image; NULL: no memory.
struct btl_linkage *ia64_linkage_new(struct btl_arena *arena);

// Count an entry that a relocation needs. image->machine_data is the linkage. False: no memory.
bool ia64_count_got(struct btl_image *image, uint32_t symbol, uint64_t addend);
bool ia64_count_descriptor(struct btl_image *image, uint32_t symbol, uint64_t addend);
bool ia64_count_got_descriptor(struct btl_image *image, uint32_t symbol, uint64_t addend);
bool ia64_count_import_stub(struct btl_image *image, uint32_t symbol);
bool ia64_count_far_stub(struct btl_image *image, uint32_t symbol, uint64_t addend);

// The following functions need a placed image.
uint64_t ia64_gp(const struct btl_image *image);
// Return an address; 0: the entry was not counted.
uint64_t ia64_got(const struct btl_image *image, uint32_t symbol, uint64_t addend);
uint64_t ia64_got_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend);
uint64_t ia64_import_stub(const struct btl_image *image, uint32_t symbol);
uint64_t ia64_far_stub(const struct btl_image *image, uint32_t symbol, uint64_t addend);
// Return the descriptor of a function that this image defines; 0: not counted.
uint64_t ia64_own_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend);
// Return the descriptor of any function: of this image, or of the exporter. Symbols must have
// values.
uint64_t ia64_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend);

// Write all counted entries. Symbols must have their values.
void ia64_write_entries(const struct btl_image *image);

#endif

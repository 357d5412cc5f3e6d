// SPDX-License-Identifier: BSD-2-Clause
// The linkage of an ia64 image: its gp, GOT, function descriptors and stubs. docs/ia64.md has a
// drawing.
#ifndef BTL_CORE_IA64_ENTRIES_H
#define BTL_CORE_IA64_ENTRIES_H

#include <btl/link.h>

#include "ia64_linkage.h"

// Maximum entries of a GOT. It ends less than a page below gp, and gp reaches 2 MiB down.
#define BTL_IA64_GOT_MAX (((2u << 20) - BTL_PAGE_SIZE) / IA64_GOT_ENTRY_SIZE)

// Does another image or the kernel define the symbol? Then the value of a function is the address
// of its descriptor.
bool ia64_imported(const struct btl_elf *elf, uint32_t symbol);

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

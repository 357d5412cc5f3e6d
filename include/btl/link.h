// SPDX-License-Identifier: BSD-2-Clause
// The linker: one ET_REL file becomes one image in memory. Passes, in this order, each a function:
//
//   btl_image_layout    counts sections, GOT entries and stubs; gives every section its offset
//   (caller)            gets `size` bytes of memory at a page-aligned address
//   btl_image_place     says where the image lies and for which address it is linked
//   btl_image_copy      copies section contents, clears .bss
//   btl_image_resolve   gives every symbol its value
//   btl_image_relocate  applies every relocation
//   (caller)            seals: maps each segment with its permission
//
// The link address and the buffer address are kept apart: an image can be linked for one place
// while it lies at another. No pass allocates more than its own tables from the arena; a failing
// pass reports every error it finds, not the first alone. Cost: linear in bytes, symbols and
// relocations.
#ifndef BTL_LINK_H
#define BTL_LINK_H

#include <btl/elf.h>
#include <btl/modinfo.h>
#include <btl/symtab.h>

// Permission of a segment or section in memory. A mask; never write and execute together.
enum { BTL_PERM_READ = 1, BTL_PERM_WRITE = 2, BTL_PERM_EXEC = 4 };

enum btl_segment_kind { BTL_SEG_TEXT, BTL_SEG_RODATA, BTL_SEG_DATA, BTL_SEGS };

// [offset, offset + size) of the image, both multiples of the page size; size 0: absent.
struct btl_segment {
    uint64_t offset, size;
    uint8_t perm;
};

#define BTL_NO_OFFSET UINT64_MAX
#define BTL_IMAGE_MAX                                                                              \
    (2ull << 30) // bytes of one image: more would not fit into the kernel's window

struct btl_relocator; // core/link/reloc.h

struct btl_image {
    const struct btl_elf *elf;
    struct btl_arena *arena;
    const struct btl_relocator *machine;

    // After layout.
    uint64_t *section_offset; // per ELF section: its offset in the image, or BTL_NO_OFFSET
    uint32_t *order;          // the sections that have an offset, as they lie in the image
    uint32_t order_count;
    uint64_t *common_offset; // per symbol, only when there are COMMON symbols: offset, else NULL
    struct btl_segment segment[BTL_SEGS];
    uint64_t size;      // bytes of the whole image, a multiple of the page size
    uint64_t align;     // what the base must be aligned to; at least the page size
    uint64_t bss_size;  // bytes of NOBITS sections and common symbols
    uint32_t *got_slot; // per symbol: its GOT entry + 1, or 0; NULL when there is no GOT
    uint32_t got_count;
    uint64_t got_offset;           // of the first GOT entry, in the image; 8 bytes each
    uint64_t plt_offset, plt_size; // stubs, for machines that need them; size 0 on x86-64
    uint64_t opd_offset, opd_size; // function descriptors; likewise
    void *machine_data;            // what the machine noted while counting; NULL on x86-64

    // After place.
    uint64_t base;   // address for which it is linked
    uint8_t *memory; // where its bytes lie while it is linked: size bytes

    // After resolve.
    uint64_t *value;           // per symbol
    uint64_t relocation_count; // applied by btl_image_relocate
};

// Which exports a module may use.
struct btl_scope {
    const struct btl_symtab *symtab;
    // May the module use what `owner` exports? NULL: every owner is allowed. Called once per
    // undefined symbol; must be O(1).
    bool (*allowed)(const struct btl_scope *scope, uint32_t owner);
    // Name of an owner, for messages; may be NULL.
    struct btl_str (*owner_name)(const struct btl_scope *scope, uint32_t owner);
    void *caller;
};

// Put sections with SHF_ALLOC into three segments: text (R-X), constants (R--), data (RW-); in
// each what has contents before what has none, otherwise in the order of the file. The GOT is
// written while linking only and ends the constants; common symbols end the data. Fails on:
// writable and executable sections, TLS, compressed sections, REL relocations, indirect functions,
// relocation entries that leave their section, name no symbol or have a type that cannot be
// (named), an image above BTL_IMAGE_MAX. `elf` and `arena` must outlive the image.
bool btl_image_layout(const struct btl_elf *elf, struct btl_arena *arena,
                      struct btl_image *ret_image, struct btl_diags *diags);
// Place the image at `base` with its bytes in `memory`, of image->size bytes. False: `base` is not
// a multiple of image->align, or base + size wraps; the image is not placed.
bool btl_image_place(struct btl_image *image, uint64_t base, uint8_t *memory);
// Write every byte of the image: contents, and zeros for the rest, gaps included.
void btl_image_copy(struct btl_image *image);
// Give every symbol its value. An undefined weak symbol that `scope` does not export becomes 0.
// Every other unresolved symbol with a name is reported, also if a module outside `scope` exports
// it.
bool btl_image_resolve(struct btl_image *image, const struct btl_scope *scope,
                       struct btl_diags *diags);
bool btl_image_relocate(struct btl_image *image, struct btl_diags *diags);

// Return the address of a section by name; 0: the image has no such section.
uint64_t btl_image_section_address(const struct btl_image *image, struct btl_str name);
// "R_X86_64_PC32"; NULL: the machine or the type is not known.
const char *btl_reloc_name(uint16_t machine, uint32_t type);
// Permission under which a section of the file lies in the image. Constants with addresses
// (.data.rel.ro, the wrapper structure) are not writable, whatever the file says.
uint8_t btl_section_perm(const struct btl_elf *elf, uint32_t section);

// Return the value that other images get for this symbol: its address, or that of its descriptor.
// The symbol must be defined and the image placed, but not resolved: a set of images can be
// exported before it is resolved.
uint64_t btl_image_export_value(const struct btl_image *image, uint32_t symbol);
// Add the exports of `info` to the table, with `owner`. The image must be placed. A name that is
// already exported is reported with both owners; `scope` (only owner_name is used; may be NULL)
// names the other one. False: nothing was added.
bool btl_image_export(const struct btl_image *image, const struct btl_modinfo *info, uint32_t owner,
                      const struct btl_scope *scope, struct btl_symtab *table,
                      struct btl_diags *diags);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The linker: it makes one image in memory from one ET_REL file. Each pass is a function, in this
// order:
//
//   btl_image_layout    counts sections, GOT entries and stubs; gives every section its offset
//   (caller)            allocates `size` bytes of memory at a page-aligned address
//   btl_image_place     sets the address of the image and the address it is linked for
//   btl_image_copy      copies section contents, clears .bss
//   btl_image_resolve   gives every symbol its value
//   btl_image_relocate  applies every relocation
//   (caller)            seals: maps each segment with its permission
//
// An image can be linked for one address while its bytes are at another. A pass allocates only its
// own tables from the arena. A failing pass reports every error it finds. Cost: linear in bytes,
// symbols and relocations.
#ifndef BTL_LINK_H
#define BTL_LINK_H

#include <btl/elf.h>
#include <btl/modinfo.h>
#include <btl/symtab.h>

BTL_BEGIN_DECLS

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
    (2ull << 30) // bytes of one image: a larger one does not fit in the kernel's window

struct btl_relocator; // core/link/reloc.h

struct btl_image {
    const struct btl_elf *elf;
    struct btl_arena *arena;
    const struct btl_relocator *machine;

    // After layout.
    uint64_t *section_offset; // per ELF section: its offset in the image, or BTL_NO_OFFSET
    uint32_t *order;          // the sections that have an offset, by offset
    uint32_t order_count;
    uint64_t *common_offset; // per symbol, only when there are COMMON symbols: offset, else NULL
    struct btl_segment segment[BTL_SEGS];
    uint64_t size;      // bytes of the whole image, a multiple of the page size
    uint64_t align;     // of the base; at least the page size
    uint64_t bss_size;  // bytes of NOBITS sections and common symbols
    uint32_t *got_slot; // per symbol: its GOT entry + 1, or 0; NULL when there is no GOT
    uint32_t got_count;
    uint64_t got_offset;           // of the first GOT entry, in the image; 8 bytes each
    uint64_t plt_offset, plt_size; // stubs, for machines that need them; size 0 on x86-64
    uint64_t opd_offset, opd_size; // function descriptors; likewise
    void *machine_data;            // result of the machine's counting; NULL on x86-64

    // After place.
    uint64_t base;   // address for which the image is linked
    uint8_t *memory; // its bytes while it is linked: `size` of them

    // After resolve.
    uint64_t *value;           // per symbol
    uint64_t relocation_count; // applied by btl_image_relocate
};

// The exports that a module may use.
struct btl_scope {
    const struct btl_symtab *symtab;
    // May the module use the exports of `owner`? NULL: every owner is allowed. Called once for each
    // undefined symbol; must be O(1).
    bool (*allowed)(const struct btl_scope *scope, uint32_t owner);
    // Name of an owner, for messages; may be NULL.
    struct btl_str (*owner_name)(const struct btl_scope *scope, uint32_t owner);
    void *caller;
};

// Put the sections with SHF_ALLOC into three segments: text (R-X), constants (R--), data (RW-). A
// segment has the sections with contents first, then those without, each in the order of the file.
// The GOT is at the end of the constants, because only the linker writes it; common symbols are at
// the end of the data. These fail: a writable and executable section, TLS, a compressed section,
// REL relocations, an indirect function, a relocation that is outside its section, has no symbol or
// has an unsupported type (the message names it), an image above BTL_IMAGE_MAX. `elf` and `arena`
// must outlive the image.
bool btl_image_layout(const struct btl_elf *elf, struct btl_arena *arena,
                      struct btl_image *ret_image, struct btl_diags *diags);
// Place the image at `base` with its bytes in `memory`, of image->size bytes. False: `base` is not
// a multiple of image->align, or base + size wraps; then the image is not placed.
bool btl_image_place(struct btl_image *image, uint64_t base, uint8_t *memory);
// Write every byte of the image: contents, and zeros for the rest, gaps included.
void btl_image_copy(struct btl_image *image);
// Give every symbol its value. An undefined weak symbol that `scope` does not export becomes 0.
// Report every other unresolved symbol with a name, even if a module outside `scope` exports it.
bool btl_image_resolve(struct btl_image *image, const struct btl_scope *scope,
                       struct btl_diags *diags);
bool btl_image_relocate(struct btl_image *image, struct btl_diags *diags);

// Return the address of a section by name; 0: the image has no such section.
uint64_t btl_image_section_address(const struct btl_image *image, struct btl_str name);
// Return the name of a relocation type, "R_X86_64_PC32"; NULL: machine or type is unknown.
const char *btl_reloc_name(uint16_t machine, uint32_t type);
// Return the permission of a section in the image. Constants with addresses (.data.rel.ro, the
// wrapper structure) are not writable, even if the file says otherwise.
uint8_t btl_section_perm(const struct btl_elf *elf, uint32_t section);

// Return the value of this symbol for other images: its address, or that of its descriptor. The
// symbol must be defined and the image placed. The image need not be resolved: so a set of images
// is exported first, and resolved then.
uint64_t btl_image_export_value(const struct btl_image *image, uint32_t symbol);
// Add the exports of `info` to the table, with `owner`. The image must be placed. Report a name
// that is exported already, with both owners: scope->owner_name names the other one; `scope` may be
// NULL. False: nothing was added.
bool btl_image_export(const struct btl_image *image, const struct btl_modinfo *info, uint32_t owner,
                      const struct btl_scope *scope, struct btl_symtab *table,
                      struct btl_diags *diags);

BTL_END_DECLS

#endif

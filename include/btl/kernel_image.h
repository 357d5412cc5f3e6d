// SPDX-License-Identifier: BSD-2-Clause
// The kernel's ELF file: choose the addresses of its segments, and load them.
#ifndef BTL_KERNEL_IMAGE_H
#define BTL_KERNEL_IMAGE_H

#include <btl/link.h>

BTL_BEGIN_DECLS

#define BTL_KERNEL_IMAGE_MAX (1u << 30) // bytes from the lowest to the highest address

struct btl_kernel_segment {
    uint64_t offset; // in the image: vaddr - image->link_base
    uint64_t size;   // memory size, bytes
    uint64_t file_offset, file_size;
    uint8_t perm; // BTL_PERM_ mask
};

struct btl_kernel_image {
    const struct btl_elf *elf;
    uint64_t link_base; // lowest vaddr, rounded down to a page
    uint64_t size;      // bytes from link_base to the highest end, a multiple of the page size
    uint64_t align;     // largest p_align, at least a page; base - link_base is a multiple of it
    uint64_t entry;     // as linked
    bool movable;       // ET_DYN: can be loaded at another base, since all its relocations are
                        // R_*_RELATIVE
    struct btl_kernel_segment *segments; // ascending
    uint32_t segment_count;
    uint64_t rela_file_offset; // of the ET_DYN relocations, which are inside the file
    uint64_t rela_count;

    // After place.
    uint64_t base; // run address: link_base, or the caller's choice if movable
    uint8_t *memory;
};

// Open the kernel's file. These are rejected: a writable and executable segment, segments with
// different permissions in one page, an entry point outside the executable segments, an
// interpreter, TLS, text relocations, relocations other than RELATIVE. p_paddr is ignored. A
// dynamic section may be empty; an ET_DYN file without one is not movable.
bool btl_kernel_open(const struct btl_elf *elf, struct btl_arena *arena,
                     struct btl_kernel_image *ret_kernel, struct btl_diags *diags);
// Choose the base of a kernel in [window, window + window_size): its link address, or, if that is
// outside and the kernel is movable, the start of the window. `random`, if it is not NULL, is a
// number that chooses the base of a movable kernel instead: in the first GiB of the window, and at
// least half of what the kernel leaves of the window stays above it. False: boot-kernel-window is
// reported.
bool btl_kernel_choose_base(const struct btl_kernel_image *kernel, uint64_t window,
                            uint64_t window_size, const uint64_t *random, uint64_t *ret_base,
                            struct btl_diags *diags);
// Copy the segments to memory[kernel->size], clear the rest, and relocate for `base`, which is
// link_base unless the kernel is movable. Report relocations outside the image. The relocations are
// read from the file, because applying them could change those in the image.
bool btl_kernel_load(struct btl_kernel_image *kernel, uint64_t base, uint8_t *memory,
                     struct btl_diags *diags);
// Return the value of a symbol of the kernel at its base.
uint64_t btl_kernel_symbol(const struct btl_kernel_image *kernel, uint32_t symbol);
// Add the exports of the kernel (`owner` BTL_KERNEL) or of one of its static modules to the table.
bool btl_kernel_export(const struct btl_kernel_image *kernel, const struct btl_modinfo *info,
                       uint32_t owner, struct btl_symtab *table, struct btl_diags *diags);

BTL_END_DECLS

#endif

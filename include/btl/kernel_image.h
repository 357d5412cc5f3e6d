// SPDX-License-Identifier: BSD-2-Clause
// The kernel's ELF file: where its segments go, and putting them there.
#ifndef BTL_KERNEL_IMAGE_H
#define BTL_KERNEL_IMAGE_H

#include <btl/link.h>

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
    bool movable;       // ET_DYN: can be linked for another base (its relocations are known to be
                        // R_*_RELATIVE only)
    struct btl_kernel_segment *segments; // ascending
    uint32_t segment_count;
    uint64_t rela_file_offset; // of the ET_DYN relocations; they lie inside the file
    uint64_t rela_count;

    // After place.
    uint64_t base; // the address it runs at: link_base, or the caller's choice when movable
    uint8_t *memory;
};

// Refuses segments that are writable and executable, share a page with different permissions, an
// entry outside an executable segment, an interpreter, TLS, text relocations, relocation kinds
// other than RELATIVE. p_paddr is not looked at. A dynamic section may be empty; an ET_DYN file
// without one is not movable.
bool btl_kernel_open(const struct btl_elf *elf, struct btl_arena *arena,
                     struct btl_kernel_image *ret_kernel, struct btl_diags *diags);
// Choose the base of a kernel in the virtual addresses [window, window + window_size), which it
// shares with what follows it: its link address, or, if that is outside and the kernel is movable,
// the start of the window. False: boot-kernel-window is reported.
bool btl_kernel_choose_base(const struct btl_kernel_image *kernel, uint64_t window,
                            uint64_t window_size, uint64_t *ret_base, struct btl_diags *diags);
// Copies segments to memory[kernel->size], clears the rest, relocates for `base` (which must be
// link_base unless movable). Reports relocations that leave the image. The relocations are read
// from the file, never from the image, which they could change.
bool btl_kernel_load(struct btl_kernel_image *kernel, uint64_t base, uint8_t *memory,
                     struct btl_diags *diags);
// Return the value of a symbol of the kernel at its base.
uint64_t btl_kernel_symbol(const struct btl_kernel_image *kernel, uint32_t symbol);
// Add the kernel's exports to the table, with owner BTL_KERNEL.
bool btl_kernel_export(const struct btl_kernel_image *kernel, const struct btl_modinfo *info,
                       struct btl_symtab *table, struct btl_diags *diags);

#endif

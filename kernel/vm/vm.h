// SPDX-License-Identifier: BSD-2-Clause
// Virtual memory: from the loader's page tables to the kernel's own, and who may have which page.
#ifndef KERNEL_VM_VM_H
#define KERNEL_VM_VM_H

#include "base/arch.h"

#include <btl/manifest.h>

// Before: the loader's tables, and only the early arena to allocate from. After: everything in this
// directory works, and memory of the loader and of boot services is free.
void vm_init(void);
bool vm_begun(void);
bool vm_ready(void);
struct arch_space *vm_space(void);

// Memory of a module image: `size` bytes of the window, mapped RW-, not cleared. False: no memory.
bool vm_image_alloc(uint64_t size, uint64_t align, uint64_t *ret_address);
// Gives each segment its permission, in the window and (for what may not be written) in the direct
// map as well. False: no memory for page tables.
bool vm_image_seal(uint64_t address, const struct btl_segment segment[BTL_SEGS]);
void vm_image_free(uint64_t address, uint64_t size);
// Takes back an image that the loader placed in the phase-1 arena.
void vm_boot_image_free(uint64_t address, uint64_t size);
// Frees the pages of a range that still are what the memory map typed them as; returns how many.
uint64_t vm_release(uint64_t physical, uint64_t size, enum btlm_memory_type type);
void vm_summary(struct btl_out *out);
// Do the pages by owner sum up to the memory map?
bool vm_accounts_balance(uint64_t *ret_pages, uint64_t *ret_mapped);

// space.c
bool vm_space_build(struct arch_space *ret_space);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Virtual memory: the change from the loader's page tables to the kernel's own, and owners of
// pages.
#ifndef KERNEL_VM_VM_H
#define KERNEL_VM_VM_H

#include "base/arch.h"

#include <btl/manifest.h>

// Before: the loader's tables are in use, and only the early arena can allocate. After: everything
// in this directory works, and memory of the loader and of boot services is free.
void vm_init(void);
bool vm_begun(void);
bool vm_ready(void);
struct arch_space *vm_space(void);

// Allocate memory of a module image: `size` bytes of the window, mapped RW-, not cleared. False: no
// memory.
bool vm_image_alloc(uint64_t size, uint64_t align, uint64_t *ret_address);
// Set the permission of each segment in the window, and make read-only ones read-only in the direct
// map as well. False: no memory for page tables.
bool vm_image_seal(uint64_t address, const struct btl_segment segment[BTL_SEGS]);
void vm_image_free(uint64_t address, uint64_t size);
// Free an image that the loader placed in the phase-1 arena.
void vm_boot_image_free(uint64_t address, uint64_t size);
// Free the pages of a range that still have the owner that `type` gave them; return how many.
uint64_t vm_release(uint64_t physical, uint64_t size, enum btlm_memory_type type);
void vm_summary(struct btl_out *out);
// Do the numbers of pages by owner sum up to those of the memory map?
bool vm_accounts_balance(uint64_t *ret_pages, uint64_t *ret_mapped);

// space.c
bool vm_space_build(struct arch_space *ret_space);

#endif

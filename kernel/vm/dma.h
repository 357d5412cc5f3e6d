// SPDX-License-Identifier: BSD-2-Clause
// Memory for devices: dma_alloc(), dma_address() and dma_free() of btl/kernel_exports.def.
#ifndef KERNEL_VM_DMA_H
#define KERNEL_VM_DMA_H

#include <btl/types.h>

// Name the memory that code in [start, end), a module that goes, has allocated and not freed. It
// stays allocated: its device may still write to it.
void dma_forget(struct btl_str module, uint64_t start, uint64_t end);

#endif

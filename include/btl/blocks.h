// SPDX-License-Identifier: BSD-2-Clause
// A block device, as the readers of partitions and file systems see it: one callback.
#ifndef BTL_BLOCKS_H
#define BTL_BLOCKS_H

#include <btl/types.h>

#define BTL_BLOCK_MIN 512u
#define BTL_BLOCK_MAX 4096u

struct btl_blocks {
    // Read bytes [offset, offset + size) of the device into `buffer`; both are multiples of
    // block_size and the range lies inside the device. False: the device failed.
    bool (*read)(const struct btl_blocks *blocks, uint64_t offset, void *buffer, uint64_t size);
    void *owner;         // for the callback
    uint64_t size;       // bytes of the device
    uint32_t block_size; // bytes: a power of two, BTL_BLOCK_MIN … BTL_BLOCK_MAX
};

#endif

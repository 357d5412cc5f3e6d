// SPDX-License-Identifier: BSD-2-Clause
// Reading past the firmware's file system: the loader's own FAT reader on the blocks of the boot
// volume. Whatever it cannot read, or cannot read as the firmware does, is left to the firmware.
#ifndef BTL_EFI_READER_H
#define BTL_EFI_READER_H

#include <btl/extents.h>

#include "pages.h"
#include "volume.h"

#define READER_REQUEST_MAX (16u << 20) // bytes of one request
#define READER_REQUEST_MIN (64u << 10) // of a firmware that refuses larger ones

struct boot;

enum reader_state {
    READER_NEW, // opened when a file is to be read
    READER_ON,
    READER_OFF, // the firmware reads all files
};

struct reader {
    enum reader_state state;
    struct volume *volume;
    struct pages pages; // freed when the reader closes
    struct btl_arena arena;
    struct btl_blocks blocks;
    struct btl_fat fat;
    uint8_t *bounce;  // for buffers that the device does not take
    uint64_t limit;   // bytes of one request
    fw_status status; // of the last failed request
    uint32_t planned; // modules of the plan that prefetch_plan() has seen
};

// Find a file of at most `max` bytes. False: the firmware reads it.
bool reader_find(struct boot *boot, struct btl_str path, uint64_t max,
                 struct btl_read_file *ret_file);
// Return `size` rounded up to blocks of the device.
static inline uint64_t reader_whole_blocks(const struct reader *reader, uint64_t size)
{
    uint64_t block = reader->blocks.block_size;
    return (size + block - 1) / block * block;
}

// Leave all files to the firmware from here on. Return false.
bool reader_stop(struct boot *boot, const char *reason);
// Do requests. On failure the reader may be off afterwards.
fw_status reader_request(struct boot *boot, struct btl_read_request *requests, size_t count);
// Forget everything that was read of the file system: it may change, or is not needed any more.
void reader_close(struct boot *boot);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The places of files on a device, and the fewest requests that read them.
#ifndef BTL_EXTENTS_H
#define BTL_EXTENTS_H

#include <btl/fat.h>

BTL_BEGIN_DECLS

struct btl_extent {
    uint64_t offset, size; // bytes on the device: whole clusters
};

// The clusters of a file, in the order of the file. Neighbours on the device are one extent.
struct btl_extents {
    struct btl_extent *at;
    size_t count;
    uint64_t size; // bytes of all
};

// Find the clusters of a file. False, reported: its chain is broken, or shorter than the file, the
// device failed, or there is no memory. Linear in the clusters of the file.
bool btl_fat_extents(struct btl_fat *fat, const struct btl_fat_entry *entry,
                     struct btl_extents *ret_extents, struct btl_diags *diags);

// One request: bytes [offset, offset + size) of the device to memory.
struct btl_read_request {
    uint64_t offset, size;
    uint8_t *to;
};

// Add the requests that read the first `size` bytes of a file, a multiple of the device's blocks,
// to requests[*count]. There must be room for extents->count more.
void btl_extents_request(const struct btl_extents *extents, uint64_t size, uint8_t *to,
                         struct btl_read_request *requests, size_t *count);
// Join requests that continue each other on the device and in memory. Return their new count.
size_t btl_requests_join(struct btl_read_request *requests, size_t count);

// A file of several that are read together.
struct btl_read_file {
    struct btl_str path;
    uint64_t size; // bytes; not 0
    struct btl_extents extents;
    uint8_t *to;
};

// Sort files by their place on the device, and drop a file that is there twice. Return their new
// count. O(n log n).
size_t btl_read_files_sort(struct btl_read_file *files, size_t count);

BTL_END_DECLS

#endif

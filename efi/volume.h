// SPDX-License-Identifier: BSD-2-Clause
// Interface of a volume. uefi/volume.c implements it on the firmware's simple file system; another
// file system or a network can fill in another table. Without write support, the functions for
// writing return FW_WRITE_PROTECTED.
#ifndef BTL_EFI_VOLUME_H
#define BTL_EFI_VOLUME_H

#include <btl/types.h>

typedef uint64_t fw_status; // firmware.h

struct volume;

struct volume_file {
    struct volume *volume;
    void *handle; // the implementation's
};

struct volume_info {
    uint64_t size; // bytes
    bool directory;
};

// The blocks of the volume itself, from the first one of its partition.
struct volume_blocks {
    uint64_t size;       // bytes; 0: they cannot be read
    uint32_t block_size; // BTL_BLOCK_MIN to BTL_BLOCK_MAX
    uint32_t align;      // of the buffer, a power of two
};

// Visit an entry of a directory. False: stop.
typedef bool volume_visit(void *context, struct btl_str name, const struct volume_info *info);

struct volume {
    // Open a file. `path` is UTF-8 with '/', from the volume's root; btl_path_is_usable() holds for
    // it. FW_NOT_FOUND: no such file. FW_OUT_OF_RESOURCES: no memory. Else: unreadable.
    fw_status (*open)(struct volume *volume, struct btl_str path, struct volume_file *ret_file);
    fw_status (*info)(struct volume_file *file, struct volume_info *ret_info);
    // Read from the end of the last read. *ret_read is below `size` at the end of the file.
    fw_status (*read)(struct volume_file *file, void *to, uint64_t size, uint64_t *ret_read);
    void (*close)(struct volume_file *file);

    // Call visit for each entry of a directory, in the volume's order, until it returns false; skip
    // ., .. and names that cannot be opened. `name` is valid only during the call. FW_NOT_FOUND: no
    // such directory. On other failures some entries may have been visited.
    fw_status (*list)(struct volume *volume, struct btl_str directory, volume_visit *visit,
                      void *context);

    struct volume_blocks blocks;
    // Read bytes [offset, offset + size), whole blocks, to an aligned buffer.
    fw_status (*read_blocks)(struct volume *volume, uint64_t offset, void *to, uint64_t size);

    // Create an empty file that does not exist yet, and the directories of its path.
    fw_status (*create)(struct volume *volume, struct btl_str path, struct volume_file *ret_file);
    // Append. *ret_written may be below `size` if no more could be written.
    fw_status (*write)(struct volume_file *file, const void *from, uint64_t size,
                       uint64_t *ret_written);
    // Write everything to the disk.
    fw_status (*flush)(struct volume_file *file);
    // Rename a created file within its directory; the name must be unused.
    fw_status (*rename)(struct volume_file *file, struct btl_str name);
    // FW_NOT_FOUND: no such file.
    fw_status (*remove)(struct volume *volume, struct btl_str path);

    void (*close_volume)(struct volume *volume);
};

#endif

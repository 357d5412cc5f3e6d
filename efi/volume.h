// SPDX-License-Identifier: BSD-2-Clause
// Where files come from: open, size, read, close; and where the manifest is saved. Behind it is the
// firmware's simple file system; another reader, or a network, takes its place by filling in
// another table. One that cannot write leaves its part of the functions to say FW_WRITE_PROTECTED.
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

// An entry of a directory. False: no more of them.
typedef bool volume_visit(void *context, struct btl_str name, const struct volume_info *info);

struct volume {
    // `path` is UTF-8 with '/' between its parts, from the volume's root; btl_path_is_usable()
    // holds for it. FW_NOT_FOUND: there is no such file. FW_OUT_OF_RESOURCES: no memory. Else:
    // unreadable.
    fw_status (*open)(struct volume *volume, struct btl_str path, struct volume_file *ret_file);
    fw_status (*info)(struct volume_file *file, struct volume_info *ret_info);
    // Reads on from where the last read of the open file ended. *ret_read may be below `size`: the
    // file ended.
    fw_status (*read)(struct volume_file *file, void *to, uint64_t size, uint64_t *ret_read);
    void (*close)(struct volume_file *file);

    // Calls visit for each entry of a directory, in the volume's order, without . and .. and what
    // has a name that could not be opened; `name` is only there during the call. Ends when visit
    // says false. FW_NOT_FOUND: there is no such directory. With any other failure some entries may
    // have been visited.
    fw_status (*list)(struct volume *volume, struct btl_str directory, volume_visit *visit,
                      void *context);

    // Writing. create: a new, empty file where there is none yet; directories on the way to it are
    // made.
    fw_status (*create)(struct volume *volume, struct btl_str path, struct volume_file *ret_file);
    // Appends. *ret_written may be below `size`: no more could be.
    fw_status (*write)(struct volume_file *file, const void *from, uint64_t size,
                       uint64_t *ret_written);
    // What was written is on the disk, after this.
    fw_status (*flush)(struct volume_file *file);
    // Gives a created file another name in its directory; no other file may have it.
    fw_status (*rename)(struct volume_file *file, struct btl_str name);
    // FW_NOT_FOUND: there was none.
    fw_status (*remove)(struct volume *volume, struct btl_str path);

    void (*close_volume)(struct volume *volume);
};

#endif

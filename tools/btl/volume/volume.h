// SPDX-License-Identifier: BSD-2-Clause
// A boot volume on the host: a directory tree, the image of a FAT file system, or the image of a
// disk with a GPT or an MBR (its first EFI system partition). One interface to all: open, size,
// read.
#ifndef BTL_HOST_VOLUME_H
#define BTL_HOST_VOLUME_H

#include <btl/attempt.h>
#include <btl/fat.h>

#include "host.h"
#include "tree.h"

// Must not be moved while it is open.
struct volume {
    struct host *host;
    const char *path; // as the user wrote it
    bool is_image;
    struct tree tree;         // of a tree
    int image;                // of an image: its descriptor
    bool is_mbr, is_disk;     // of an image: a partition of an MBR; a file system without a table
    struct btl_blocks blocks; // of an image
    uint64_t start;           // of the file system on the image, bytes
    struct btl_fat fat;
};

struct volume_file {
    struct volume *volume;
    struct btl_str name;               // for messages: DIR/path, or IMAGE:/path
    uint64_t size;                     // bytes
    const char *path;                  // under the root of a tree
    const struct btl_fat_entry *entry; // on an image
};

// False: reported.
bool volume_open(struct host *host, const char *path, struct volume *ret_volume);
void volume_close(struct volume *volume);

// How the volume lies on its disk, as the loader will find it. Of a tree it is not known.
enum btlm_volume_kind volume_layout(const struct volume *volume);

// The name of a file in messages.
struct btl_str volume_name(const struct volume *volume, struct btl_str path);
// `path` is UTF-8 with '/' between its parts, from the volume's root.
bool volume_file_open(struct volume *volume, struct btl_str path, uint64_t max,
                      struct volume_file *ret_file, struct btl_file_problem *ret_problem);
// Read the whole file; the bytes are aligned for any use and stay until the program ends.
bool volume_file_read(const struct volume_file *file, struct btl_bytes *ret_bytes,
                      struct btl_file_problem *ret_problem);
// Open and read a file.
bool volume_read(struct volume *volume, struct btl_str path, uint64_t max,
                 struct btl_bytes *ret_bytes, struct btl_file_problem *ret_problem);
// The names in a directory, "." and ".." included on a tree; none when it cannot be read. Return
// their number.
size_t volume_names(struct volume *volume, struct btl_str directory, struct btl_str **ret_names);

// Return a text that is equal for all ways to write the path of a file: FAT has no case.
struct btl_str volume_path_key(const struct volume *volume, struct btl_str path);
// Do these bytes begin as those of a disk or a FAT volume do?
bool volume_is_disk(struct btl_bytes bytes);
bool volume_is_same_path(const struct volume *volume, struct btl_str a, struct btl_str b);
bool volume_has_directory(struct volume *volume, struct btl_str path);

// Replace a file of an image (btl_fat_replace()); its old contents become the file `kept` beside
// it, unless that is empty. False: reported.
bool volume_replace(struct volume *volume, struct btl_str path, struct btl_str text,
                    struct btl_str kept);
// Remove a file of an image (btl_fat_remove()). False: reported.
bool volume_image_remove(struct volume *volume, struct btl_str path);
// Make a directory of an image (btl_fat_make_directory()). False: reported.
bool volume_image_make_directory(struct volume *volume, struct btl_str path);

// --------------------------------------------------------- files of trees and images (store.c)

// Give a file these contents in one step; the file is created where there is none. False: reported,
// and the file is as it was.
bool volume_store(struct volume *volume, struct btl_str path, struct btl_bytes bytes);
// Remove a file. False: reported.
bool volume_remove(struct volume *volume, struct btl_str path);
// Make a directory and those that it lies in, where there is none. False: reported.
bool volume_make_directory(struct volume *volume, struct btl_str path);

#endif

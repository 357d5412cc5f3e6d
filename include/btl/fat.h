// SPDX-License-Identifier: BSD-2-Clause
// FAT12, FAT16 and FAT32 with long names (Microsoft FAT32 File System
// Specification 1.03; UEFI 2.10, 13.3). Directories are read once and hashed, so that opening N
// files of one directory is linear in N; runs of clusters that lie together are read in one call.
#ifndef BTL_FAT_H
#define BTL_FAT_H

#include <btl/blocks.h>
#include <btl/diag.h>
#include <btl/index.h>

BTL_BEGIN_DECLS

struct btl_fat_entry {
    struct btl_str name; // UTF-8: the long name, else the short one (there, a byte of an OEM code
                         // page, which FAT does not name, is shown as "_")
    struct btl_str short_name; // the same, where there is no long one
    uint32_t first_cluster;
    uint32_t size; // bytes; 0 for a directory
    bool directory;
};

struct btl_fat_directory {
    struct btl_fat_entry
        *entries; // in the order of the disk; without ".", ".." and the volume label
    uint32_t count;
    // the reader's own
    struct btl_index index; // by name, lower case
    uint32_t first_cluster;
    struct btl_fat_directory *next;
};

struct btl_fat {
    const struct btl_blocks *blocks;
    struct btl_place place;
    struct btl_arena *arena;
    unsigned bits;         // 12, 16 or 32
    uint64_t start;        // bytes on the device, as are:
    uint64_t table;        // first FAT
    uint64_t root;         // root directory of FAT12 and FAT16
    uint64_t clusters;     // cluster 2
    uint64_t cluster_size; // bytes
    uint32_t cluster_count;
    uint32_t root_cluster; // FAT32
    uint32_t root_entries; // FAT12 and FAT16
    uint8_t *window;       // a piece of the FAT; its first byte is at window_at of the device
    uint64_t window_at, window_size, table_end;
    unsigned table_count;                  // allocation tables that are kept alike, from `table` on
    struct btl_fat_directory *directories; // those read so far
};

// Open the file system in bytes [start, start + size) of the device. `blocks` must stay in place.
bool btl_fat_open(const struct btl_blocks *blocks, uint64_t start, uint64_t size,
                  struct btl_place place, struct btl_arena *arena, struct btl_fat *ret_fat,
                  struct btl_diags *diags);
// Find a directory by absolute path ("/" is the root). The first call reads it.
const struct btl_fat_directory *btl_fat_list(struct btl_fat *fat, struct btl_str path,
                                             struct btl_diags *diags);
// Find a file or directory by absolute path. Long and short names are one name space, without case.
// NULL, reported: it does not exist. NULL without a diagnostic: the root.
const struct btl_fat_entry *btl_fat_find(struct btl_fat *fat, struct btl_str path,
                                         struct btl_diags *diags);
// Read the first `size` bytes of a file into `buffer`; size is at most entry->size. `buffer` needs
// no alignment.
bool btl_fat_read(struct btl_fat *fat, const struct btl_fat_entry *entry, void *buffer,
                  uint64_t size, struct btl_diags *diags);

// ------------------------------------------------------------------------- writing (fat_write.c)

struct btl_fat_writer {
    // Write bytes [offset, offset + size) of the device, whole blocks as for reading. False: the
    // device failed.
    bool (*write)(void *owner, uint64_t offset, const void *bytes, uint64_t size);
    // Wait until all that was written is on the device.
    bool (*flush)(void *owner);
    void *owner;
    uint32_t time; // of changed files: FAT's date << 16 | FAT's time; 0: unknown
};

// Give the file `path` new contents; a file that does not exist is created in its directory. `kept`
// is a name in the same directory that gets the old contents, or empty. The contents are written to
// free clusters first, and one block of the directory then changes to them: after a stop at any
// moment, `path` and `kept` are as they were or as they should be, and `path` is never absent. Such
// a stop can leave clusters that belong to no file, which fsck.fat gives back. False: reported.
bool btl_fat_replace(struct btl_fat *fat, const struct btl_fat_writer *writer, struct btl_str path,
                     struct btl_bytes contents, struct btl_str kept, struct btl_diags *diags);
// Remove the file `path`. Its entry goes first, then its clusters become free: after a stop at any
// moment the file is whole or absent, and no other file has changed. Such a stop can leave clusters
// that belong to no file, as can a file whose chain of clusters is damaged or shared; fsck.fat
// gives them back. False: reported (fat-not-found, fat-name-taken: a directory, fat-write, …).
bool btl_fat_remove(struct btl_fat *fat, const struct btl_fat_writer *writer, struct btl_str path,
                    struct btl_diags *diags);
// Make the directory `path` in a directory that exists. After a stop at any moment it is there,
// empty, or it is not; such a stop can leave clusters that belong to no file. False: reported
// (fat-name-taken: it exists; fat-not-directory: a file has the name; fat-write, …).
bool btl_fat_make_directory(struct btl_fat *fat, const struct btl_fat_writer *writer,
                            struct btl_str path, struct btl_diags *diags);

BTL_END_DECLS

#endif

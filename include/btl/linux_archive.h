// SPDX-License-Identifier: BSD-2-Clause
// The initial RAM disk of a Linux kernel as a list of pieces: initrds and modules by reference, and
// between them headers of a cpio archive ("newc", Linux Documentation/driver-api/early-userspace/
// buffer-format.rst). No byte of a file is copied: the firmware's LoadFile2 call copies each piece
// once, to the place that the kernel gives.
//
// Linux unpacks what lies one after another, compressed or not, if each part begins at a multiple
// of 4. A later file of the same name replaces an earlier one.
#ifndef BTL_LINUX_ARCHIVE_H
#define BTL_LINUX_ARCHIVE_H

#include <btl/arena.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

// A file's size has eight hexadecimal digits.
#define BTL_LINUX_FILE_MAX 0xffffffffu

struct btl_linux_archive {
    struct btl_bytes *pieces; // in their order; none is empty
    size_t count, capacity;
    uint64_t size;  // bytes of all pieces
    uint32_t inode; // of the last entry
    struct btl_arena *arena;
};

// Begin an archive without pieces. `arena`, and the bytes of all files, must outlive it.
void btl_linux_archive_begin(struct btl_linux_archive *archive, struct btl_arena *arena);

// All return false when there is no memory, or a file has more than BTL_LINUX_FILE_MAX bytes; the
// archive is then useless.

// Append a complete initrd, padded with zeros to a multiple of 4. Initrds stand before all entries.
bool btl_linux_archive_add_initrd(struct btl_linux_archive *archive, struct btl_bytes initrd);
// Append an entry. `path` has no '/' at its beginning, and its directories were added before.
bool btl_linux_archive_add_directory(struct btl_linux_archive *archive, struct btl_str path);
bool btl_linux_archive_add_file(struct btl_linux_archive *archive, struct btl_str path,
                                bool executable, struct btl_bytes content);
// Append the entry that ends the archive.
bool btl_linux_archive_end(struct btl_linux_archive *archive);

BTL_END_DECLS

#endif

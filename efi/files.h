// SPDX-License-Identifier: BSD-2-Clause
// Files of the boot volume, cached until the end of the boot.
#ifndef BTL_EFI_FILES_H
#define BTL_EFI_FILES_H

#include <btl/attempt.h>
#include <btl/extents.h>

#include "pages.h"
#include "volume.h"

struct boot;

// A file in the cache, in its own pages. Never moves.
struct file {
    struct btl_boot_file base;       // the first member: file_of()
    uint64_t physical, size;         // of its pages
    uint64_t range;                  // index in files.pages
    bool known, good;                // known: the result of reading it is final
    bool left;                       // to the firmware, which reads it when it is needed
    struct btl_file_problem problem; // if not good
    bool verified;                   // then:
    fw_status verdict;               // of the firmware about its signature
    struct file *next;               // with the same hash
};

// Return the file whose first member this is, as for all files of an attempt.
static inline const struct file *file_of(const struct btl_boot_file *file)
{
    return (const struct file *)file;
}

// The cache, by path.
struct files {
    struct pages pages;
    struct file **slots;
    uint32_t count, capacity; // capacity: of slots, a power of two
};

// Read a file, or find it in the cache. NULL: *ret_problem is the reason.
const struct btl_boot_file *file_read(struct boot *boot, struct btl_str path, uint64_t max,
                                      struct btl_file_problem *ret_problem);
// Is the result of reading the file final?
bool file_is_known(const struct boot *boot, struct btl_str path);
// Leave a file to the firmware. Is it left?
void file_leave(struct boot *boot, struct btl_str path);
bool file_is_left(const struct boot *boot, struct btl_str path);
// Enter a file that was read to read->to, which is a range of files.pages. False: no memory.
bool file_enter(struct boot *boot, const struct btl_read_file *read, uint64_t range, uint64_t start,
                uint64_t end);
// Give the file's pages to the kernel; take back the pages of all files.
void files_stage(struct boot *boot, const struct btl_boot_file *file);
void files_unstage(struct boot *boot);
// Let a text stand for the file, until it is forgotten. False: no memory.
bool file_overlay(struct boot *boot, struct btl_str path, struct btl_str text);
// Read the file again when it is needed: it was written, or had an overlay. The bytes of the last
// read stay.
void file_forget(struct boot *boot, struct btl_str path);
// Close the volume and empty the cache, because another program may change files. Invalidates the
// files of this attempt.
void files_free(struct boot *boot);

#endif

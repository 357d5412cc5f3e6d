// SPDX-License-Identifier: BSD-2-Clause
// Files of the boot volume: read once in a boot, and kept until its end.
#ifndef BTL_EFI_FILES_H
#define BTL_EFI_FILES_H

#include <btl/attempt.h>

#include "pages.h"
#include "volume.h"

struct boot;

// A file as it was read: into pages of its own, hashed where it lies. Stays where it is.
struct file {
    struct btl_boot_file base;       // the first member: file_of()
    uint64_t physical, size;         // of its pages
    uint64_t range;                  // index in files.pages
    bool known, good;                // known: what came of reading it; else good is false
    struct btl_file_problem problem; // of a known one that is not good
    struct file *next;               // of the same hash
};

// The file whose first member this is; all files of an attempt are such.
static inline const struct file *file_of(const struct btl_boot_file *file)
{
    return (const struct file *)file;
}

// Those that were wanted so far, by path.
struct files {
    struct pages pages;
    struct file **slots;
    uint32_t count, capacity; // of slots; a power of two
};

// NULL: ret_problem says why. What was read, or could not be, in an earlier attempt costs nothing.
const struct btl_boot_file *file_read(struct boot *boot, struct btl_str path, uint64_t max,
                                      struct btl_file_problem *ret_problem);
// The kernel gets the file's pages; of no file.
void files_stage(struct boot *boot, const struct btl_boot_file *file);
void files_unstage(struct boot *boot);
// Closes the volume and forgets all files, because somebody may have changed them. Nothing of this
// attempt may be used any more.
void files_free(struct boot *boot);

#endif

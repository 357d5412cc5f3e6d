// SPDX-License-Identifier: BSD-2-Clause
// Files of the boot volume: read once in a boot, and kept until its end.
#ifndef BTL_EFI_FILES_H
#define BTL_EFI_FILES_H

#include <btl/diag.h>

#include "pages.h"
#include "volume.h"

struct loader;

// Why a file could not be read. `code` is one of the file-... codes.
struct file_problem {
    enum btl_code code;
    fw_status status;
    uint64_t expected, got; // bytes
};

// A file as it was read: into pages of its own, hashed where it lies. Stays where it is.
struct file {
    struct btl_str path;
    struct btl_bytes bytes;
    uint64_t physical, size; // of its pages
    uint64_t taken;          // its place in files.pages
    uint8_t sha256[32];
    bool known, good;            // known: what came of reading it; else good is false
    struct file_problem problem; // of a known one that is not good
    struct file *next;           // of the same hash
};

// Those that were wanted so far, by path.
struct files {
    struct pages pages;
    struct file **slots;
    uint32_t count, capacity; // of slots; a power of two
};

// NULL: ret_problem says why. What was read, or could not be, in an earlier attempt costs nothing.
const struct file *file_read(struct loader *loader, struct btl_str path, uint64_t max,
                             struct file_problem *ret_problem);
// The kernel gets the file's pages; of no file.
void files_stage(struct loader *loader, const struct file *file);
void files_unstage(struct loader *loader);
// Closes the volume and forgets all files, because somebody may have changed them. Nothing of this
// attempt may be used any more.
void files_forget(struct loader *loader);

#endif

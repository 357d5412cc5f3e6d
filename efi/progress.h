// SPDX-License-Identifier: BSD-2-Clause
// How far the reading of files has come, for a boot that takes longer than a second: one line that
// is rewritten where the terminal can do that, else a line from time to time.
#ifndef BTL_EFI_PROGRESS_H
#define BTL_EFI_PROGRESS_H

#include <btl/names.h>

struct boot;

struct progress {
    uint64_t begun; // nanoseconds of the loader's clock, as below
    uint64_t shown; // when the line was last written
    bool visible;   // a line of it stands on the screen
    bool ended;     // what is read now is not for the boot: the menu has the screen
    bool listed;    // the directories were looked at: `total` knows what will come
    uint64_t total; // bytes of all files that were read or will be, as far as is known
    uint64_t read;
    struct btl_str path; // of the file that is being read
    // Files of the directories of modules, by name without .ko; in the attempt's arena.
    struct btl_names names;
    struct progress_file {
        uint64_t size;
        bool counted; // in `total`
    } * files;
};

void progress_begin(struct boot *boot); // with each attempt
// A file of that size will be read now; so much of it was.
void progress_file(struct boot *boot, struct btl_str path, uint64_t size);
void progress_read(struct boot *boot, uint64_t bytes);
// The plan has become larger: its modules from `first` on will be read.
void progress_plan(struct boot *boot, uint32_t first);
// All that this attempt needs was read: the line goes away, and none comes before the next attempt.
void progress_end(struct boot *boot);

#endif

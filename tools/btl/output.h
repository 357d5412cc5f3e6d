// SPDX-License-Identifier: BSD-2-Clause
// Files that are written under a temporary name, and renamed when they are complete: after a crash
// a file is the old or the new one, never half of it, and never none.
#ifndef BTL_HOST_OUTPUT_H
#define BTL_HOST_OUTPUT_H

#include "host.h"

// The temporary file is called PATH.btl-new: the next btl that writes PATH uses what a stopped one
// has left.
#define OUTPUT_SUFFIX ".btl-new"

struct output {
    const char *path;
    char *temporary; // NULL: not begun, or ended
    int fd;
};

// Each reports an error (host-write). After a failed output_begin() there is nothing to end. The
// new file has the permissions of the old one.
bool output_begin(struct host *host, struct output *output, const char *path);
// Append.
bool output_put(struct host *host, struct output *output, struct btl_str text);
bool output_keep(struct host *host, struct output *output);
void output_drop(struct output *output);
// Write at an offset; may be called by several threads at once. 0, or errno.
int output_put_at(const struct output *output, uint64_t offset, const uint8_t *bytes, size_t size);
// Report that the file cannot be written, and why. False, for `return`.
bool output_failed(struct host *host, const struct output *output, const char *problem);

// Lock an open file for this program alone; wait while another one has the lock. False: the path
// names another file by now.
bool output_lock(int fd, const char *path);

struct replacement {
    const char *path;
    const char *like; // the file whose owner and permissions the new one gets; NULL: `path`
    struct btl_str text;
    // Called when the new file is complete and has not replaced the old one yet. False, reported:
    // it does not. NULL: nothing is left to do.
    bool (*ready)(void *owner);
    void *owner;
};

// Replace a file in one step, and wait until it is on the disk. False: reported, and the file is as
// it was.
bool output_replace(struct host *host, const struct replacement *replacement);

#endif

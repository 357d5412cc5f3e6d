// SPDX-License-Identifier: BSD-2-Clause
// A file that is written under another name and gets its own when all of it is there.
#ifndef BTL_HOST_LINK_OUTPUT_H
#define BTL_HOST_LINK_OUTPUT_H

#include "host.h"

struct link_output {
    const char *path;
    char *temporary; // NULL: not begun, or ended
    int fd;
};

// Each reports what goes wrong (host-write). After a failed begin there is nothing to end.
bool output_begin(struct host *host, struct link_output *output, const char *path);
// Appends.
bool output_put(struct host *host, struct link_output *output, struct btl_str text);
bool output_keep(struct host *host, struct link_output *output);
void output_drop(struct link_output *output);
// Writes at an offset; for several threads at once. 0, or errno.
int output_put_at(const struct link_output *output, uint64_t offset, const uint8_t *at,
                  size_t size);
// Reports that the file cannot be written, and why. False, for `return`.
bool output_failed(struct host *host, const struct link_output *output, const char *why);

#endif

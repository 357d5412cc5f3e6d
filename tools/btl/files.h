// SPDX-License-Identifier: BSD-2-Clause
// Files of the host.
#ifndef BTL_HOST_FILES_H
#define BTL_HOST_FILES_H

#include "host.h"

// The bytes of a file: mapped read-only where it can be (then its pages are read when they are
// looked at), else read. Aligned for any use; they stay until files_release(), or for good. False
// with *ret_error an errno value. Needs no memory but for pipes; may be called by several threads.
bool files_map(const char *path, struct btl_bytes *ret_bytes, int *ret_error);
bool files_map_at(int directory, const char *path, struct btl_bytes *ret_bytes, int *ret_error);
void files_release(struct btl_bytes bytes);

// The same, and what goes wrong is reported (file-not-found, file-open-failed, …).
bool files_read(struct host *host, const char *path, struct btl_bytes *ret_bytes);
void files_report(struct host *host, struct btl_place place, int error);

// Replaces a file in one step: after a crash it is the old or the new one, never half of it, and
// never none. Keeps its permissions. `keep`: what the old one is called afterwards, or NULL. False:
// reported (host-write), and the file is as it was.
bool files_replace(struct host *host, const char *path, struct btl_str text, const char *keep);

// Runs a program and waits for it. argv ends with NULL. False: reported (host-tool-missing with
// `package`, host-tool-failed).
bool files_run(struct host *host, const char *const *argv, const char *package);

#endif

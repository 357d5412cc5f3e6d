// SPDX-License-Identifier: BSD-2-Clause
// Reading files of the host, and running programs.
#ifndef BTL_HOST_FILES_H
#define BTL_HOST_FILES_H

#include "host.h"

// Map a file read-only, so that its pages are read when they are used; a file that cannot be mapped
// is read. The bytes are aligned for any use; they stay until the program ends. False with
// *ret_error an errno value. May be called by several threads.
bool files_map(const char *path, struct btl_bytes *ret_bytes, int *ret_error);
// As files_map(), for a regular file alone: what is found in a directory may be anything.
bool files_map_at(int directory, const char *path, struct btl_bytes *ret_bytes, int *ret_error);

// files_map() that reports errors (host-no-file, file-open-failed, …).
bool files_read(struct host *host, const char *path, struct btl_bytes *ret_bytes);
#define FILES_NOT_REGULAR (-1) // as an errno value: a FIFO, a socket, a device
const char *files_error_text(int error);
void files_report(struct host *host, struct btl_place place, int error);
// Is this a directory? Reports that it is none, or does not exist.
bool files_require_directory(struct host *host, struct btl_str path);
// Can the file be read? Reports why not.
bool files_require(struct host *host, const char *path);

// Return the first of these paths, relative to the directory of this program, to which access(2)
// allows `mode`. NULL: the program was copied without its parts.
const char *files_of_program(struct host *host, const char *const *places, size_t count, int mode);

// Run a program and wait for it. argv ends with NULL. False: reported (host-tool-missing with
// `package`, host-tool-failed).
bool files_run(struct host *host, const char *const *argv, const char *package);
// The same; *ret_output becomes what the program writes to its standard output, of at most 256 MiB.
bool files_run_output(struct host *host, const char *const *argv, const char *package,
                      struct btl_bytes *ret_output);

#endif

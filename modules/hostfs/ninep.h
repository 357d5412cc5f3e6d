// SPDX-License-Identifier: BSD-2-Clause
// A client of 9P2000.L: finds files below the directory that a server exports, and reads them.
//
// The server is not trusted: each reply is checked before its contents are used. A reply that
// breaks the protocol ends the connection for good. No file stays open at the server after a call.
#ifndef BTL_MODULES_NINEP_H
#define BTL_MODULES_NINEP_H

#include <btl/types.h>

#define NINEP_REQUEST_MAX 512u        // bytes of a request
#define NINEP_REPLY_MAX   (64u << 10) // bytes of a reply

// What identifies the contents of a file: a file that changes gets other values.
struct ninep_file {
    uint64_t id, size, seconds, nanoseconds; // the times are those of the last change
};

struct ninep {
    // Send `size` bytes of `request`, and store the reply of *ret_size bytes, at most
    // NINEP_REPLY_MAX, in `reply`, which the server cannot write. NULL, or what failed.
    const char *(*exchange)(struct ninep *server, uint32_t size, uint32_t *ret_size);
    uint8_t *request, *reply;
    void *owner;

    uint32_t max;        // bytes of a message, as negotiated
    const char *broken;  // what ended the connection; NULL: it is up
    const char *reason;  // of the last BTL_EIO
    uint32_t host_error; // error number of the server's system behind `reason`; 0: none
};

// Begin a connection. False: server->broken says why.
bool ninep_begin(struct ninep *server);
// Find a file by its absolute path. 0, BTL_ENOENT, BTL_EINVAL for a directory and for a path with
// "..", or BTL_EIO.
int ninep_find(struct ninep *server, struct btl_str path, struct ninep_file *ret_file);
// Read the first `size` bytes of the file at the path, which ninep_find() has found as `file`.
// BTL_EIO if the file is another one by now, or changes meanwhile.
int ninep_read(struct ninep *server, struct btl_str path, const struct ninep_file *file,
               void *buffer, uint64_t size);

#endif

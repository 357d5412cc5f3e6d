// SPDX-License-Identifier: BSD-2-Clause
// Entries for systemd's journal, with fields of their own.
#ifndef BTL_HOST_JOURNAL_H
#define BTL_HOST_JOURNAL_H

#include "host.h"

// One entry. It is a datagram of lines FIELD=value; a value with a newline has its length before it
// (systemd.io/JOURNAL_NATIVE_PROTOCOL).
struct journal {
    struct host *host;
    const char *path; // of the socket
    int socket;       // -1: closed
    char entry[8192];
    size_t len;
};

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

// False: reported.
bool journal_open(struct host *host, const char *path, struct journal *ret_journal);
void journal_close(struct journal *journal);
void journal_begin(struct journal *journal);
// Add a field. A value that has no room loses its end.
void journal_put(struct journal *journal, const char *field, struct btl_str value);
// Send the entry. False: reported.
bool journal_send(struct journal *journal);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "journal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool journal_report(const struct journal *journal, int error)
{
    btl_report(&journal->host->diags, BTL_HOST_JOURNAL,
               ((struct btl_place){.file = btl_str_of(journal->path)}), BTL_ARG_Z(strerror(error)));
    return false;
}

bool journal_open(struct host *host, const char *path, struct journal *ret_journal)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *ret_journal = (struct journal){.host = host, .path = path, .socket = -1};
    if (strlen(path) >= sizeof(address.sun_path))
        return journal_report(ret_journal, ENAMETOOLONG);
    memcpy(address.sun_path, path, strlen(path));
    ret_journal->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (ret_journal->socket >= 0 &&
        connect(ret_journal->socket, (struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    int error = errno;
    journal_close(ret_journal);
    return journal_report(ret_journal, error);
}

void journal_close(struct journal *journal)
{
    if (journal->socket >= 0)
        close(journal->socket);
    journal->socket = -1;
}

void journal_begin(struct journal *journal)
{
    journal->len = 0;
}

static void journal_append(struct journal *journal, const void *bytes, size_t size)
{
    memcpy(journal->entry + journal->len, bytes, size);
    journal->len += size;
}

void journal_put(struct journal *journal, const char *field, struct btl_str value)
{
    size_t name = strlen(field), frame = name + 1 + sizeof(uint64_t) + 1,
           room = sizeof(journal->entry) - journal->len;
    if (room < frame)
        return;
    uint64_t len = value.len < room - frame ? value.len : room - frame;
    bool lines = len > 0 && memchr(value.at, '\n', len) != NULL;
    journal_append(journal, field, name);
    journal_append(journal, lines ? "\n" : "=", 1);
    if (lines)
        journal_append(journal, &len, sizeof(len)); // little-endian, as the protocol's
    if (len > 0)
        journal_append(journal, value.at, len);
    journal_append(journal, "\n", 1);
}

bool journal_send(struct journal *journal)
{
    ssize_t sent;
    do
        sent = send(journal->socket, journal->entry, journal->len, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 || journal_report(journal, errno);
}

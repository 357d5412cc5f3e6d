// SPDX-License-Identifier: BSD-2-Clause
// A file that is written under another name and gets its own when all of it is there.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_failed(struct host *host, const struct link_output *output, const char *why)
{
    btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(output->path)}),
               BTL_ARG_Z(why));
    return false;
}

// A device, a pipe or a directory cannot be replaced by a file. NULL: it can; else why not.
static const char *check_place(const char *path, mode_t *ret_mode)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    *ret_mode = 0666 & ~mask;
    if (stat(path, &status) != 0)
        return NULL;
    *ret_mode = status.st_mode & 07777;
    return S_ISREG(status.st_mode) ? NULL : "it is there and is no regular file";
}

bool output_begin(struct host *host, struct link_output *output, const char *path)
{
    mode_t mode;
    output->path = path;
    const char *why = check_place(path, &mode);
    if (why != NULL)
        return output_failed(host, output, why);
    char *temporary = (char *)(uintptr_t)memory_text(host->arena, "%s.XXXXXX", path).at;
    output->fd = mkostemp(temporary, O_CLOEXEC);
    if (output->fd < 0)
        return output_failed(host, output, strerror(errno));
    output->temporary = temporary;
    if (fchmod(output->fd, mode) == 0)
        return true;
    output_failed(host, output, strerror(errno));
    output_drop(output);
    return false;
}

bool output_put(struct host *host, struct link_output *output, struct btl_str text)
{
    while (text.len > 0) {
        ssize_t put = write(output->fd, text.at, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return output_failed(host, output, strerror(errno));
        text.at += put;
        text.len -= (size_t)put;
    }
    return true;
}

int output_put_at(const struct link_output *output, uint64_t offset, const uint8_t *at, size_t size)
{
    while (size > 0) {
        ssize_t put = pwrite(output->fd, at, size, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? errno : ENOSPC;
        at += put;
        offset += (uint64_t)put;
        size -= (size_t)put;
    }
    return 0;
}

bool output_keep(struct host *host, struct link_output *output)
{
    // Some file systems say only here that there is no room.
    bool good = close(output->fd) == 0 && rename(output->temporary, output->path) == 0;
    if (!good) {
        output_failed(host, output, strerror(errno));
        unlink(output->temporary);
    }
    output->temporary = NULL;
    return good;
}

void output_drop(struct link_output *output)
{
    if (output->temporary == NULL)
        return;
    close(output->fd);
    unlink(output->temporary);
    output->temporary = NULL;
}

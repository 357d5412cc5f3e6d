// SPDX-License-Identifier: BSD-2-Clause
// Files that are written as a whole or not at all.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_failed(struct host *host, const struct output *output, const char *problem)
{
    btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(output->path)}),
               BTL_ARG_Z(problem));
    return false;
}

// A device, a pipe or a directory cannot be replaced by a file.
static bool is_replaceable(const char *path, const char *like, struct stat *ret_status)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    *ret_status = (struct stat){.st_mode = 0666 & ~mask, .st_uid = geteuid(), .st_gid = getegid()};
    if (like != NULL)
        stat(like, ret_status);
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

bool output_lock(int fd, const char *path)
{
    struct stat locked, named;
    int result;
    do
        result = flock(fd, LOCK_EX);
    while (result != 0 && errno == EINTR);
    // Another program may have renamed or removed the file during the wait.
    return fstat(fd, &locked) == 0 && stat(path, &named) == 0 && locked.st_ino == named.st_ino &&
           locked.st_dev == named.st_dev;
}

// Open the temporary file for this program alone. A second btl that writes the same file waits for
// the first one. The file of a program that was stopped has no lock, and is used again.
static int open_temporary(const char *path)
{
    struct stat status;
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        bool locked = fd >= 0 && output_lock(fd, path);
        if (fd < 0 ||
            (locked && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && ftruncate(fd, 0) == 0))
            return fd;
        int error = S_ISREG(status.st_mode) ? errno : EEXIST;
        close(fd);
        errno = error;
        if (locked)
            return -1;
    }
}

static bool output_begin_like(struct host *host, struct output *output, const char *path,
                              const char *like)
{
    struct stat status;
    *output = (struct output){.path = path};
    if (!is_replaceable(path, like, &status))
        return output_failed(host, output, "it exists and is not a regular file");
    char *temporary = (char *)(uintptr_t)memory_text(host->arena, "%s" OUTPUT_SUFFIX, path).at;
    output->fd = open_temporary(temporary);
    if (output->fd < 0)
        return output_failed(host, output, strerror(errno));
    output->temporary = temporary;
    // Only root can give a file to another user.
    bool owned = fchown(output->fd, status.st_uid, status.st_gid) == 0 || errno == EPERM;
    if (owned && fchmod(output->fd, status.st_mode & 07777) == 0)
        return true;
    output_failed(host, output, strerror(errno));
    output_drop(output);
    return false;
}

bool output_begin(struct host *host, struct output *output, const char *path)
{
    return output_begin_like(host, output, path, path);
}

static bool write_text(int fd, struct btl_str text)
{
    while (text.len > 0) {
        ssize_t written = write(fd, text.at, text.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text.at += written;
        text.len -= (size_t)written;
    }
    return true;
}

bool output_put(struct host *host, struct output *output, struct btl_str text)
{
    return write_text(output->fd, text) || output_failed(host, output, strerror(errno));
}

int output_put_at(const struct output *output, uint64_t offset, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = pwrite(output->fd, bytes, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        bytes += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return 0;
}

bool output_keep(struct host *host, struct output *output)
{
    int lock = dup(output->fd); // keeps the lock: no other program begins this temporary file
    // Some file systems report a full disk only when the file is closed.
    bool good = lock >= 0 && close(output->fd) == 0 && rename(output->temporary, output->path) == 0;
    if (!good) {
        output_failed(host, output, strerror(errno));
        unlink(output->temporary);
    }
    if (lock >= 0)
        close(lock);
    output->temporary = NULL;
    return good;
}

void output_drop(struct output *output)
{
    if (output->temporary == NULL)
        return;
    unlink(output->temporary); // still locked
    close(output->fd);
    output->temporary = NULL;
}

// ---------------------------------------------------------------------------------------- replace

static bool sync_directory(struct host *host, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct btl_str name = slash == NULL   ? BTL_STR(".")
                          : slash == path ? BTL_STR("/")
                                          : (struct btl_str){path, (size_t)(slash - path)};
    int fd = open(memory_text(host->arena, "%pS", &name).at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); // some file systems cannot
    if (fd >= 0)
        close(fd);
    return good;
}

bool output_replace(struct host *host, const struct replacement *replacement)
{
    struct output output;
    const char *path = replacement->path, *like = replacement->like;
    if (!output_begin_like(host, &output, path, like != NULL ? like : path))
        return false;
    bool written = write_text(output.fd, replacement->text) && fsync(output.fd) == 0;
    if (!written)
        output_failed(host, &output, strerror(errno));
    if (!written || (replacement->ready != NULL && !replacement->ready(replacement->owner))) {
        output_drop(&output);
        return false;
    }
    return output_keep(host, &output) &&
           (sync_directory(host, path) || output_failed(host, &output, strerror(errno)));
}

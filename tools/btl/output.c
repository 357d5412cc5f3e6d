// SPDX-License-Identifier: BSD-2-Clause
// Files that are written as a whole or not at all.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

bool output_failed(struct host *host, const struct output *output, const char *problem)
{
    btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(output->path)}),
               BTL_ARG_Z(problem));
    return false;
}

// A device, a pipe or a directory cannot be replaced by a file.
static bool is_replaceable(const char *path, mode_t *ret_mode)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    *ret_mode = 0666 & ~mask;
    if (stat(path, &status) != 0)
        return true;
    *ret_mode = status.st_mode & 07777;
    return S_ISREG(status.st_mode);
}

bool output_begin(struct host *host, struct output *output, const char *path)
{
    mode_t mode;
    *output = (struct output){.path = path};
    if (!is_replaceable(path, &mode))
        return output_failed(host, output, "it exists and is not a regular file");
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
    // Some file systems report a full disk only here.
    bool good = close(output->fd) == 0 && rename(output->temporary, output->path) == 0;
    if (!good) {
        output_failed(host, output, strerror(errno));
        unlink(output->temporary);
    }
    output->temporary = NULL;
    return good;
}

void output_drop(struct output *output)
{
    if (output->temporary == NULL)
        return;
    close(output->fd);
    unlink(output->temporary);
    output->temporary = NULL;
}

// ---------------------------------------------------------------------------------------- replace

// Give the old file a second name; where the file system has no hard links (FAT), copy it.
static bool keep_old(const char *path, const char *old_name)
{
    struct btl_bytes old;
    int error;
    if (unlink(old_name) != 0 && errno != ENOENT)
        return false;
    if (link(path, old_name) == 0 || errno == ENOENT)
        return true;
    if (!files_map(path, &old, &error))
        return false;
    int fd = open(old_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool good = fd >= 0 && write_text(fd, (struct btl_str){(const char *)old.at, old.size}) &&
                fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    files_release(old);
    return good;
}

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

bool output_replace(struct host *host, const char *path, struct btl_str text, const char *old_name)
{
    struct output output;
    if (!output_begin(host, &output, path))
        return false;
    bool good = write_text(output.fd, text) && fsync(output.fd) == 0 &&
                (old_name == NULL || keep_old(path, old_name));
    if (!good) {
        output_failed(host, &output, strerror(errno));
        output_drop(&output);
    }
    return good && output_keep(host, &output) &&
           (sync_directory(host, path) || output_failed(host, &output, strerror(errno)));
}

// SPDX-License-Identifier: BSD-2-Clause
// Files of the host: mapped, or replaced in one step.
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t nothing[8] __attribute__((aligned(8)));

// Of what has no size beforehand, as a pipe has none.
static bool read_all(int fd, struct btl_bytes *ret_bytes)
{
    size_t capacity = 1u << 16, size = 0;
    uint8_t *bytes = NULL;
    for (;;) {
        uint8_t *more = bytes == NULL || size == capacity ? realloc(bytes, capacity *= 2) : bytes;
        ssize_t got = more == NULL ? -1 : read(fd, more + size, capacity - size);
        if (more != NULL)
            bytes = more;
        if (got < 0) {
            free(bytes);
            return false;
        }
        if (got == 0)
            break;
        size += (size_t)got;
    }
    *ret_bytes = (struct btl_bytes){bytes, size};
    return true;
}

static bool map_open(int fd, struct btl_bytes *ret_bytes)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (!S_ISREG(status.st_mode))
        return read_all(fd, ret_bytes);
    if (status.st_size == 0) {
        *ret_bytes = (struct btl_bytes){nothing, 0};
        return true;
    }
    void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED)
        return false;
    *ret_bytes = (struct btl_bytes){mapped, (size_t)status.st_size};
    return true;
}

bool files_map_at(int directory, const char *path, struct btl_bytes *ret_bytes, int *ret_error)
{
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && map_open(fd, ret_bytes);
    if (!good)
        *ret_error = errno;
    if (fd >= 0)
        close(fd);
    return good;
}

bool files_map(const char *path, struct btl_bytes *ret_bytes, int *ret_error)
{
    return files_map_at(AT_FDCWD, path, ret_bytes, ret_error);
}

// What was read from a pipe stays; that is seldom, and small.
void files_release(struct btl_bytes bytes)
{
    if (bytes.size > 0 && ((uintptr_t)bytes.at & (BTL_PAGE_SIZE - 1)) == 0)
        munmap((void *)(uintptr_t)bytes.at, bytes.size);
}

void files_report(struct host *host, struct btl_place place, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        btl_report(&host->diags, BTL_HOST_NO_FILE, place);
    else if (error == EISDIR)
        btl_report(&host->diags, BTL_FILE_IS_DIRECTORY, place);
    else
        btl_report(&host->diags, BTL_FILE_OPEN_FAILED, place, BTL_ARG_Z(strerror(error)));
}

bool files_read(struct host *host, const char *path, struct btl_bytes *ret_bytes)
{
    int error;
    if (files_map(path, ret_bytes, &error))
        return true;
    files_report(host, (struct btl_place){.file = btl_str_of(path)}, error);
    return false;
}

static bool write_all(int fd, struct btl_str text)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.at, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.at += put;
        text.len -= (size_t)put;
    }
    return true;
}

static bool write_temporary(const char *path, const char *temporary, int fd, struct btl_str text)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(path, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mask;
    return write_all(fd, text) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
}

// A second name for the old file; where the file system has no hard links (FAT), a copy.
static bool keep_old(const char *path, const char *keep)
{
    struct btl_bytes old;
    int error;
    if (unlink(keep) != 0 && errno != ENOENT)
        return false;
    if (link(path, keep) == 0 || errno == ENOENT)
        return true;
    if (!files_map(path, &old, &error))
        return false;
    int fd = open(keep, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool good = fd >= 0 && write_all(fd, (struct btl_str){(const char *)old.at, old.size}) &&
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

bool files_replace(struct host *host, const char *path, struct btl_str text, const char *keep)
{
    char *temporary = (char *)(uintptr_t)memory_text(host->arena, "%s.XXXXXX", path).at;
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool good = fd >= 0 && write_temporary(path, temporary, fd, text) &&
                (keep == NULL || keep_old(path, keep)) && rename(temporary, path) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !good)
        unlink(temporary);
    if (good && !sync_directory(host, path)) {
        error = errno;
        good = false;
    }
    if (!good)
        btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(path)}),
                   BTL_ARG_Z(strerror(error)));
    return good;
}

// In the child: never returns.
static void become(const char *const *argv)
{
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

bool files_run(struct host *host, const char *const *argv, const char *package)
{
    struct btl_place place = {.file = BTL_STR("btl")};
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        become(argv);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        btl_report(&host->diags, BTL_HOST_TOOL_MISSING, place, BTL_ARG_Z(argv[0]),
                   BTL_ARG_Z(package));
    else if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        btl_report(&host->diags, BTL_HOST_TOOL_FAILED, place, BTL_ARG_Z(argv[0]),
                   BTL_DEC(child < 0 || !WIFEXITED(status) ? 255 : WEXITSTATUS(status)));
    else
        return true;
    return false;
}

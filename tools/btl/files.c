// SPDX-License-Identifier: BSD-2-Clause
// Reading files of the host, and running programs.
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_MAX ((size_t)256 << 20) // bytes

static uint8_t nothing[8] __attribute__((aligned(8)));

// Read a file whose size is not known beforehand, such as a pipe, up to PIPE_MAX, into pages of its
// own, which stay.
static bool read_to_end(int fd, struct btl_bytes *ret_bytes)
{
    size_t capacity = 1u << 17, size = 0;
    ssize_t got = 1;
    uint8_t *bytes =
        mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    while (bytes != MAP_FAILED && got > 0 && size <= PIPE_MAX) {
        if (size == capacity) {
            bytes = mremap(bytes, capacity, 2 * capacity, MREMAP_MAYMOVE);
            capacity *= 2;
        }
        got = bytes == MAP_FAILED ? -1 : read(fd, bytes + size, capacity - size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (size > PIPE_MAX)
        errno = EFBIG;
    if (size == 0 && bytes != MAP_FAILED) {
        munmap(bytes, capacity);
        bytes = nothing;
    }
    *ret_bytes = (struct btl_bytes){bytes, size};
    return bytes != MAP_FAILED && got == 0;
}

static bool map_descriptor(int fd, bool regular_only, struct btl_bytes *ret_bytes)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (!S_ISREG(status.st_mode) && regular_only) {
        errno = FILES_NOT_REGULAR;
        return false;
    }
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return read_to_end(fd, ret_bytes);
    void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    // The files of /proc are regular, and cannot be mapped; with an older Linux their size is 0.
    if (mapped == MAP_FAILED)
        return read_to_end(fd, ret_bytes);
    *ret_bytes = (struct btl_bytes){mapped, (size_t)status.st_size};
    return true;
}

// Without O_NONBLOCK the system waits at a FIFO until a program opens its other end.
bool files_map_at(int directory, const char *path, struct btl_bytes *ret_bytes, int *ret_error)
{
    int fd = openat(directory, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool good = fd >= 0 && map_descriptor(fd, true, ret_bytes);
    if (!good)
        *ret_error = errno;
    if (fd >= 0)
        close(fd);
    return good;
}

bool files_map(const char *path, struct btl_bytes *ret_bytes, int *ret_error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && map_descriptor(fd, false, ret_bytes);
    if (!good)
        *ret_error = errno;
    if (fd >= 0)
        close(fd);
    return good;
}

const char *files_error_text(int error)
{
    return error == FILES_NOT_REGULAR ? "it is no regular file" : strerror(error);
}

void files_report(struct host *host, struct btl_place place, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        btl_report(&host->diags, BTL_HOST_NO_FILE, place);
    else if (error == EISDIR)
        btl_report(&host->diags, BTL_FILE_IS_DIRECTORY, place);
    else if (error == EACCES)
        btl_report(&host->diags, BTL_HOST_ACCESS, place, BTL_ARG_Z(strerror(error)));
    else
        btl_report(&host->diags, BTL_FILE_OPEN_FAILED, place, BTL_ARG_Z(files_error_text(error)));
}

bool files_read(struct host *host, const char *path, struct btl_bytes *ret_bytes)
{
    int error;
    if (files_map(path, ret_bytes, &error))
        return true;
    files_report(host, (struct btl_place){.file = btl_str_of(path)}, error);
    return false;
}

bool files_require_directory(struct host *host, struct btl_str path)
{
    struct stat status;
    const char *name = memory_text(host->arena, "%pS", &path).at;
    struct btl_place place = {.file = path};
    if (stat(name, &status) != 0)
        files_report(host, place, errno);
    else if (!S_ISDIR(status.st_mode))
        btl_report(&host->diags, BTL_HOST_NOT_DIRECTORY, place);
    else
        return true;
    return false;
}

bool files_require(struct host *host, const char *path)
{
    struct stat status;
    int error = 0;
    if (access(path, R_OK) != 0 || stat(path, &status) != 0)
        error = errno;
    else if (S_ISDIR(status.st_mode))
        error = EISDIR;
    if (error != 0)
        files_report(host, (struct btl_place){.file = btl_str_of(path)}, error);
    return error == 0;
}

const char *files_of_program(struct host *host, const char *const *places, size_t count, int mode)
{
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    while (len > 0 && program[len - 1] != '/')
        len--;
    for (size_t i = 0; i < count && len > 0; i++) {
        const char *path = memory_text(host->arena, "%.*s%s", (int)len, program, places[i]).at;
        if (access(path, mode) == 0)
            return path;
    }
    return NULL;
}

// Replace the child process; never returns. `output`: a descriptor for its standard output, or -1.
static void exec_program(const char *const *argv, int output)
{
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

// Start a program. Negative: errno.
static pid_t start_program(const char *const *argv, int output)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        exec_program(argv, output);
    return child;
}

static bool wait_for_program(struct host *host, pid_t child, const char *const *argv,
                             const char *package)
{
    struct btl_place place = {.file = BTL_STR("btl")};
    int status = 0;
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

bool files_run(struct host *host, const char *const *argv, const char *package)
{
    return wait_for_program(host, start_program(argv, -1), argv, package);
}

bool files_run_output(struct host *host, const char *const *argv, const char *package,
                      struct btl_bytes *ret_output)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return wait_for_program(host, -1, argv, package);
    pid_t child = start_program(argv, ends[1]);
    close(ends[1]);
    bool good = read_to_end(ends[0], ret_output);
    int error = errno;
    close(ends[0]);
    if (!wait_for_program(host, child, argv, package))
        return false;
    if (!good)
        files_report(host, (struct btl_place){.file = btl_str_of(argv[0])}, error);
    return good;
}

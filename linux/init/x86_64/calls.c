// SPDX-License-Identifier: BSD-2-Clause
// System calls of Linux on x86-64: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9.
#include "../calls.h"

#include <stdint.h>

enum {
    NR_READ = 0,
    NR_WRITE = 1,
    NR_OPEN = 2,
    NR_CLOSE = 3,
    NR_IOCTL = 16,
    NR_PAUSE = 34,
    NR_FORK = 57,
    NR_EXECVE = 59,
    NR_EXIT = 60,
    NR_WAIT4 = 61,
    NR_MKDIR = 83,
    NR_RMDIR = 84,
    NR_SYNC = 162,
    NR_MOUNT = 165,
    NR_UMOUNT2 = 166,
    NR_REBOOT = 169,
    NR_FINIT_MODULE = 313,
};

#define O_WRONLY         01
#define O_CREAT          0100
#define O_CLOEXEC        02000000
#define WDIOC_SETTIMEOUT 0xc0045706u
#define FS_IOC_SETFLAGS  0x40086602u
#define REBOOT_MAGIC1    0xfee1dead
#define REBOOT_MAGIC2    672274793
#define REBOOT_RESTART   0x01234567

static long call(long number, long a, long b, long c, long d, long e)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

long call_open(const char *path, enum init_open how)
{
    static const int flags[] = {
        [INIT_READ] = O_CLOEXEC,
        [INIT_WRITE] = O_CLOEXEC | O_WRONLY,
        [INIT_CREATE] = O_CLOEXEC | O_WRONLY | O_CREAT,
    };
    return call(NR_OPEN, (long)path, flags[how], 0644, 0, 0);
}

long call_read(int file, void *to, size_t size)
{
    return call(NR_READ, file, (long)to, (long)size, 0, 0);
}

long call_write(int file, const void *from, size_t size)
{
    return call(NR_WRITE, file, (long)from, (long)size, 0, 0);
}

long call_close(int file)
{
    return call(NR_CLOSE, file, 0, 0, 0, 0);
}

long call_mount(const char *type, const char *directory)
{
    return call(NR_MOUNT, (long)type, (long)directory, (long)type, 0, 0);
}

long call_unmount(const char *directory)
{
    return call(NR_UMOUNT2, (long)directory, 0, 0, 0, 0);
}

long call_make_directory(const char *path)
{
    return call(NR_MKDIR, (long)path, 0755, 0, 0, 0);
}

long call_remove_directory(const char *path)
{
    return call(NR_RMDIR, (long)path, 0, 0, 0, 0);
}

long call_load_module(int file, const char *parameters)
{
    return call(NR_FINIT_MODULE, file, (long)parameters, 0, 0, 0);
}

long call_set_watchdog(int file, int *seconds)
{
    return call(NR_IOCTL, file, WDIOC_SETTIMEOUT, (long)seconds, 0, 0);
}

long call_clear_flags(int file)
{
    int none = 0;
    return call(NR_IOCTL, file, FS_IOC_SETFLAGS, (long)&none, 0, 0);
}

long call_fork(void)
{
    return call(NR_FORK, 0, 0, 0, 0, 0);
}

long call_wait(int *ret_status)
{
    return call(NR_WAIT4, -1, (long)ret_status, 0, 0, 0);
}

void call_exit(int status)
{
    for (;;)
        call(NR_EXIT, status, 0, 0, 0, 0);
}

long call_run(const char *path, char **arguments, char **environment)
{
    return call(NR_EXECVE, (long)path, (long)arguments, (long)environment, 0, 0);
}

void call_reset(void)
{
    call(NR_SYNC, 0, 0, 0, 0, 0);
    call(NR_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_RESTART, 0, 0);
}

void call_pause(void)
{
    call(NR_PAUSE, 0, 0, 0, 0, 0);
}

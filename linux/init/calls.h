// SPDX-License-Identifier: BSD-2-Clause
// The system calls of /btl/init. On Linux they are instructions (linux/init/ARCH/); in the tests
// they are functions that note what is done. A negative result is -errno.
#ifndef BTL_LINUX_INIT_CALLS_H
#define BTL_LINUX_INIT_CALLS_H

#include <stddef.h>

// Numbers of Linux that all its architectures share.
#define INIT_ENOENT 2
#define INIT_EEXIST 17

enum init_open { INIT_READ, INIT_WRITE, INIT_CREATE };

long call_open(const char *path, enum init_open how);
long call_read(int file, void *to, size_t size);
long call_write(int file, const void *from, size_t size);
long call_close(int file);
long call_mount(const char *type, const char *directory);
long call_unmount(const char *directory);
long call_make_directory(const char *path);
long call_remove_directory(const char *path);
long call_load_module(int file, const char *parameters); // finit_module
long call_set_watchdog(int file, int *seconds);          // WDIOC_SETTIMEOUT
long call_clear_flags(int file);                         // FS_IOC_SETFLAGS, of efivarfs
long call_fork(void);                                    // 0 in the child, else its number
long call_wait(int *ret_status);                         // the next child that ends
void call_exit(int status);                              // does not return
long call_run(const char *path, char **arguments, char **environment); // execve
void call_reset(void);                                                 // sync, reboot
void call_pause(void);

#endif

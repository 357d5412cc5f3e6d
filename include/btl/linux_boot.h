// SPDX-License-Identifier: BSD-2-Clause
// What an attempt gives to a Linux kernel, or to the one in a unified kernel image: an archive
// behind its initrds, and its command line.
//
//     btl/init            the first program, which loads the modules
//     btl/order           the list for it (btl/linux_order.h)
//     btl/failed          BtlFailed without text; only where a failure leads to another
//     configuration btl/manifest.bin    the manifest btl/modules/NAME.ko each module that is
//     loaded, or waits as AUTO etc/modprobe.d/btl.conf   so that modprobe finds those of AUTO
#ifndef BTL_LINUX_BOOT_H
#define BTL_LINUX_BOOT_H

#include <btl/attempt.h>
#include <btl/linux_archive.h>

BTL_BEGIN_DECLS

// panic= in a counted boot: the machine is reset this many seconds after a panic, for the next try.
#define BTL_LINUX_PANIC 10

// Does the kernel take modules of Linux?
bool btl_attempt_is_linux(const struct btl_attempt *attempt);
// Does /btl/init have work in this boot: modules, or a watchdog?
bool btl_attempt_needs_init(const struct btl_attempt *attempt);

// Does the kernel get an initrd from the loader? A unified kernel image is opened only if there is
// something to add: its own stub would offer its own initrd, and Linux reads one.
bool btl_attempt_gets_archive(const struct btl_attempt *attempt);
// Return the program that the firmware loads: the kernel's file, or the kernel in an opened image.
struct btl_bytes btl_attempt_program(const struct btl_attempt *attempt);

// Append the files to the archive and end it. `init`: the bytes of /btl/init; `manifest`: sealed.
// False: reported.
bool btl_attempt_add_archive(struct btl_attempt *attempt, struct btl_bytes init,
                             struct btl_bytes manifest, struct btl_linux_archive *archive);

// Make the command line from `options`. Report modules that cannot be switched off, and a command
// line that is too long. False: reported.
bool btl_attempt_linux_command(struct btl_attempt *attempt, struct btl_str options,
                               struct btl_str *ret_text);

BTL_END_DECLS

#endif

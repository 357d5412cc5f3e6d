// SPDX-License-Identifier: BSD-2-Clause
// What the kinds of kernel do differently: the steps of run.c that depend on the kind.
#ifndef BTL_EFI_KERNEL_H
#define BTL_EFI_KERNEL_H

#include <btl/linux_archive.h>
#include <btl/types.h>

struct boot;

// All return false on failure, with the reason reported.
struct kernel_kind {
    bool (*place)(struct boot *boot);  // the kernel's file -> a kernel in memory
    bool (*link)(struct boot *boot);   // phase-1 modules -> images
    bool (*space)(struct boot *boot);  // everything in memory -> the kernel's address space
    bool (*finish)(struct boot *boot); // the last preparations; may end boot services
    bool (*start)(struct boot *boot);  // the end. True: only in a test
};

extern const struct kernel_kind kernel_kind_btl;    // kernel_btl.c
extern const struct kernel_kind kernel_kind_limine; // ARCH/kernel_limine.c
extern const struct kernel_kind kernel_kind_image; // kernel_image.c: Linux, UKI, other EFI programs

// The same steps, of the kind of this attempt's kernel.
bool kernel_place(struct boot *boot);
bool kernel_link(struct boot *boot);
bool kernel_space(struct boot *boot);
bool kernel_finish(struct boot *boot);
bool kernel_start(struct boot *boot);

// The bytes of /btl/init, for Linux kernels (ARCH/linux_init).
extern const uint8_t linux_init_begin[], linux_init_end[];

// What is prepared for an EFI program (kernel_image.c).
struct image_start {
    struct btl_bytes bytes;          // the program: the kernel's file, or the .linux part of a UKI
    struct btl_str command_line;     // UTF-8
    struct btl_linux_archive initrd; // in pieces, without a copy of any file; count 0: none
    bool archive;          // a Linux kernel, which gets modules and the manifest behind the initrds
    void *program;         // the firmware's, when it is loaded
    uint16_t *options;     // the command line as load options, with a NUL
    uint32_t options_size; // bytes; 0: none
    bool initrd_offered;
    bool returned; // the program ran: files may have changed
};

// Give back what an attempt has left with the firmware.
void image_undo(struct boot *boot);

#endif

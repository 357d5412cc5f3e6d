// SPDX-License-Identifier: BSD-2-Clause
// The kinds of kernel that BTL starts. The content of the file says which one it is, never its
// name.
#ifndef BTL_KERNEL_KIND_H
#define BTL_KERNEL_KIND_H

#include <btl/types.h>

BTL_BEGIN_DECLS

enum btl_kernel_kind {
    BTL_KERNEL_BTL,    // ELF, of BTL's protocol (btl/boot.h)
    BTL_KERNEL_LIMINE, // ELF, with requests of the Limine protocol
    BTL_KERNEL_LINUX,  // PE, a Linux kernel (bzImage with an EFI stub)
    BTL_KERNEL_UKI,    // PE, a unified kernel image: an EFI program with a Linux kernel inside
    BTL_KERNEL_EFI,    // PE, any other EFI program
};
#define BTL_KERNEL_KINDS 5

// Return the kind of a kernel's file. A file that is none of them counts as BTL_KERNEL_BTL, whose
// gate then says what is wrong. Cost: one pass over an ELF file.
enum btl_kernel_kind btl_kernel_kind_of(struct btl_bytes file);

// Return the word of loader.conf for it: "btl", "limine", "linux", "uki", "efi".
const char *btl_kernel_kind_name(enum btl_kernel_kind kind);
// Return what it is, for messages: "a Linux kernel".
const char *btl_kernel_kind_text(enum btl_kernel_kind kind);

// Is it an EFI program, which the firmware loads and starts?
BTL_INLINE bool btl_kernel_kind_is_image(enum btl_kernel_kind kind)
{
    return kind >= BTL_KERNEL_LINUX;
}

BTL_END_DECLS

#endif

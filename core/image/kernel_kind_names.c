// SPDX-License-Identifier: BSD-2-Clause
// Names of the kinds of kernel.
#include <btl/kernel_kind.h>

static const struct {
    const char *name, *text;
} kinds[BTL_KERNEL_KINDS] = {
    [BTL_KERNEL_BTL] = {"btl", "a kernel of BTL's protocol"},
    [BTL_KERNEL_LIMINE] = {"limine", "a kernel of the Limine protocol"},
    [BTL_KERNEL_LINUX] = {"linux", "a Linux kernel"},
    [BTL_KERNEL_UKI] = {"uki", "a unified kernel image"},
    [BTL_KERNEL_EFI] = {"efi", "an EFI program"},
};

const char *btl_kernel_kind_name(enum btl_kernel_kind kind)
{
    return kinds[kind].name;
}

const char *btl_kernel_kind_text(enum btl_kernel_kind kind)
{
    return kinds[kind].text;
}

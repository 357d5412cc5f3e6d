// SPDX-License-Identifier: BSD-2-Clause
// The table of kinds.
#include "boot.h"

static const struct kernel_kind *const kernel_kinds[BTL_KERNEL_KINDS] = {
    [BTL_KERNEL_BTL] = &kernel_kind_btl,     [BTL_KERNEL_LIMINE] = &kernel_kind_limine,
    [BTL_KERNEL_LINUX] = &kernel_kind_image, [BTL_KERNEL_UKI] = &kernel_kind_image,
    [BTL_KERNEL_EFI] = &kernel_kind_image,
};

static const struct kernel_kind *kernel_kind_here(const struct boot *boot)
{
    return kernel_kinds[boot->attempt.kernel.kind];
}

bool kernel_place(struct boot *boot)
{
    const struct kernel_kind *kind = kernel_kind_here(boot);
    if (kind != NULL)
        return kind->place(boot);
    btl_report(boot->attempt.diags, BTL_KERNEL_UNSUPPORTED,
               ((struct btl_place){.file = boot->attempt.config.kernel}),
               BTL_ARG_Z(btl_kernel_kind_text(boot->attempt.kernel.kind)),
               BTL_ARG_Z(boot->core.machine->name));
    return false;
}

bool kernel_link(struct boot *boot)
{
    return kernel_kind_here(boot)->link(boot);
}

bool kernel_space(struct boot *boot)
{
    return kernel_kind_here(boot)->space(boot);
}

bool kernel_finish(struct boot *boot)
{
    return kernel_kind_here(boot)->finish(boot);
}

bool kernel_start(struct boot *boot)
{
    return kernel_kind_here(boot)->start(boot);
}

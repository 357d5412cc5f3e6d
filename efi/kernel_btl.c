// SPDX-License-Identifier: BSD-2-Clause
// Kernels of BTL's protocol (btl/boot.h): placed, linked and mapped here, and started without boot
// services.
#include "boot.h"

static bool btl_kernel_place(struct boot *boot)
{
    return btl_attempt_place_kernel(&boot->attempt);
}

static bool btl_kernel_link(struct boot *boot)
{
    return btl_attempt_link(&boot->attempt);
}

static bool btl_kernel_start(struct boot *boot)
{
    struct handoff handoff;
    handoff_fill(boot, &handoff);
    boot->fw->hand_off(boot->fw, &handoff);
    return true;
}

const struct kernel_kind kernel_kind_btl = {
    .place = btl_kernel_place,
    .link = btl_kernel_link,
    .space = space_build,
    .finish = boot_services_exit,
    .start = btl_kernel_start,
};

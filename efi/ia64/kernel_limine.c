// SPDX-License-Identifier: BSD-2-Clause
// The Limine protocol has no ia64: the step that places such a kernel refuses it.
#include "boot.h"

static bool limine_refuse(struct boot *boot)
{
    return btl_attempt_place_kernel(&boot->attempt);
}

const struct kernel_kind kernel_kind_limine = {
    .place = limine_refuse,
    .link = limine_refuse,
    .space = limine_refuse,
    .finish = limine_refuse,
    .start = limine_refuse,
};

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's steps for modules after the loader's (kernel/dlkm/).
#ifndef BTL_HOST_BOOT_LATER_H
#define BTL_HOST_BOOT_LATER_H

#include "boot.h"

// Check the wrappers of phase-1 modules, and link the modules of later phases in the order of the
// plan; the images are discarded.
void boot_link_later(struct boot *boot);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// What the kernel does with modules after the loader's steps (kernel/dlkm/).
#ifndef BTL_HOST_BOOT_LATER_H
#define BTL_HOST_BOOT_LATER_H

#include "boot.h"

// Check the wrappers of phase-1 modules, and link the modules of later phases, in the order of the
// plan; their bytes are thrown away.
void boot_link_later(struct boot *boot);

#endif

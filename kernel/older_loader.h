// SPDX-License-Identifier: BSD-2-Clause
// A loader that follows an older minor version of the boot protocol than this kernel.
#ifndef KERNEL_OLDER_LOADER_H
#define KERNEL_OLDER_LOADER_H

// Print what this kernel does without, and the consequences. Prints nothing if the loader is as new
// as the kernel, or newer.
void older_loader_report(void);

#endif

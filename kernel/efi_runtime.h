// SPDX-License-Identifier: BSD-2-Clause
// The firmware's runtime services, called in an address space of their own.
#ifndef KERNEL_EFI_RUNTIME_H
#define KERNEL_EFI_RUNTIME_H

enum efi_reset { EFI_RESET_COLD, EFI_RESET_WARM, EFI_RESET_SHUTDOWN };

// Returns when the firmware cannot: no system table, no VM yet, no memory.
void efi_reset_system(enum efi_reset type);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Calls of the firmware's runtime services, in an address space of their own.
#ifndef KERNEL_EFI_RUNTIME_H
#define KERNEL_EFI_RUNTIME_H

#include <btl/types.h>

enum efi_reset { EFI_RESET_COLD, EFI_RESET_WARM, EFI_RESET_SHUTDOWN };

// Reset the machine. Returns when the firmware cannot: no system table, no VM yet, no memory, or
// another call is active.
void efi_reset_system(enum efi_reset type);

typedef uint64_t efi_status;
#define EFI_SUCCESS           0ull
#define EFI_ERROR(number)     (1ull << 63 | (number))
#define EFI_INVALID_PARAMETER EFI_ERROR(2)
#define EFI_UNSUPPORTED       EFI_ERROR(3) // also when no call can be made
#define EFI_BUFFER_TOO_SMALL  EFI_ERROR(5)
#define EFI_DEVICE_ERROR      EFI_ERROR(7)
#define EFI_NOT_READY         EFI_ERROR(6)
#define EFI_NOT_FOUND         EFI_ERROR(14)
const char *efi_status_text(efi_status status);

// Can services be called? False: no VM yet, or the firmware's tables are not usable.
bool efi_runtime_usable(void);

#define EFI_VARIABLE_MAX 2048u // bytes; a longer variable is EFI_BUFFER_TOO_SMALL
// Read a variable of BTL's GUID (btl/boot_state.h) into `buf` of *size bytes; *size becomes the
// size of the variable.
efi_status efi_variable_get(const char *name, void *buf, uint64_t *size, uint32_t *ret_attributes);
// Write a variable with BTL_VARIABLE_ATTRIBUTES. Size 0 deletes it, whatever its attributes.
efi_status efi_variable_set(const char *name, const void *data, uint64_t size);

#endif

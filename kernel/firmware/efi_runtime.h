// SPDX-License-Identifier: BSD-2-Clause
// The firmware's runtime services, called in an address space of their own.
#ifndef KERNEL_EFI_RUNTIME_H
#define KERNEL_EFI_RUNTIME_H

#include <btl/types.h>

enum efi_reset { EFI_RESET_COLD, EFI_RESET_WARM, EFI_RESET_SHUTDOWN };

// Returns when the firmware cannot: no system table, no VM yet, no memory, or another call is under
// way.
void efi_reset_system(enum efi_reset type);

typedef uint64_t efi_status;
#define EFI_SUCCESS          0ull
#define EFI_ERROR(number)    (1ull << 63 | (number))
#define EFI_UNSUPPORTED      EFI_ERROR(3) // also when no call can be made
#define EFI_BUFFER_TOO_SMALL EFI_ERROR(5)
#define EFI_DEVICE_ERROR     EFI_ERROR(7)
#define EFI_NOT_READY        EFI_ERROR(6)
#define EFI_NOT_FOUND        EFI_ERROR(14)
const char *efi_status_text(efi_status status);

// Can services be called? No: no VM yet, or the firmware's tables are not usable.
bool efi_runtime_there(void);

#define EFI_VARIABLE_MAX 2048u // bytes; what is longer is EFI_BUFFER_TOO_SMALL
// A variable of BTL's GUID (btl/boot_state.h). `to` has *size bytes; *size becomes what was read.
efi_status efi_variable_get(const char *name, void *to, uint64_t *size, uint32_t *ret_attributes);
// With BTL_VARIABLE_ATTRIBUTES. Size 0 deletes, whatever attributes it has.
efi_status efi_variable_set(const char *name, const void *data, uint64_t size);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// What gnu-efi's headers leave out, and the volume on the firmware's simple file system.
#ifndef BTL_EFI_UEFI_H
#define BTL_EFI_UEFI_H

#include <efi.h>

#include "firmware.h"

#define UEFI_MEMORY_ATTRIBUTES_TABLE_GUID                                                          \
    {                                                                                              \
        0xdcfa911d, 0x26eb, 0x469f,                                                                \
        {                                                                                          \
            0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20                                         \
        }                                                                                          \
    }
#define UEFI_SHELL_PARAMETERS_GUID                                                                 \
    {                                                                                              \
        0x752f3136, 0x4e16, 0x4fdc,                                                                \
        {                                                                                          \
            0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca                                         \
        }                                                                                          \
    }

struct volume_uefi {
    struct volume volume; // first: the table's functions get a pointer to it
    EFI_FILE *root;
};

// Which partition the volume is, and what its disk hangs on. Leaves out what it cannot find.
void volume_uefi_identify(EFI_BOOT_SERVICES *boot, EFI_HANDLE device, struct fw_volume *ret);
fw_status volume_uefi_open(struct volume_uefi *volume, EFI_BOOT_SERVICES *boot, EFI_HANDLE device);

#endif

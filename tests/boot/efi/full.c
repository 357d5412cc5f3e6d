// SPDX-License-Identifier: BSD-2-Clause
// Fills the firmware's variable store until no record fits, and starts \EFI\BTL\LOADER.EFI.
#include "start.h"

#define ATTRIBUTES                                                                                 \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static EFI_GUID own = {
    0x8f0c2b7e, 0x51d4, 0x4c7a, {0x9e, 0x11, 0x2a, 0x6d, 0x33, 0x70, 0x5f, 0xc9}};
static CHAR16 name[] = L"Fill0000";

static void next_name(void)
{
    for (int digit = 7; digit >= 4 && ++name[digit] > L'9'; digit--)
        name[digit] = L'0';
}

// Write smaller and smaller variables until less than a record's size is left.
static UINTN fill(void)
{
    static UINT8 bytes[8192];
    UINTN count = 0;
    for (UINTN size = sizeof(bytes); size >= 32; size /= 16) {
        while (RT->SetVariable(name, &own, ATTRIBUTES, size, bytes) == EFI_SUCCESS) {
            next_name();
            count++;
            say("."); // a sign of life: filling takes a minute
        }
    }
    return count;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    InitializeLib(image, system);
    Print(L"FULL: variables written: %d\n", fill());
    return start_loader(image, NULL);
}

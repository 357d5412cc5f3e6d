// SPDX-License-Identifier: BSD-2-Clause
// Starts \EFI\BTL\LOADER.EFI and stops it before each write of a BTL variable and before
// ExitBootServices. A byte on the serial line continues it.
#include "start.h"

#include <btl/boot_state.h>

static EFI_SET_VARIABLE firmware_set;
static EFI_EXIT_BOOT_SERVICES firmware_exit;

static void hold(const CHAR16 *before)
{
    char name[2] = "";
    EFI_TPL tpl = BS->RaiseTPL(TPL_NOTIFY);
    say("HELD before ");
    for (; *before != 0; before++) {
        name[0] = (char)*before;
        say(name);
    }
    say("\r\n");
    wait_for_byte();
    port_get(COM1);
    BS->RestoreTPL(tpl);
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 attributes, UINTN size,
                                      VOID *data)
{
    static const UINT8 guid[] = BTL_VARIABLE_GUID;
    if (CompareMem(vendor, guid, sizeof(guid)) == 0)
        hold(name);
    return firmware_set(name, vendor, attributes, size, data);
}

// Restore the runtime services for the kernel: this application's memory is free then.
static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    if (RT->SetVariable == set_variable) {
        hold(L"the exit");
        RT->SetVariable = firmware_set;
        hooked(&RT->Hdr);
    }
    return firmware_exit(image, key);
}

static void hook(void)
{
    firmware_set = RT->SetVariable;
    RT->SetVariable = set_variable;
    hooked(&RT->Hdr);
    firmware_exit = BS->ExitBootServices;
    BS->ExitBootServices = exit_boot_services;
    hooked(&BS->Hdr);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    InitializeLib(image, system);
    return start_loader(image, hook);
}

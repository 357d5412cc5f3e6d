// SPDX-License-Identifier: BSD-2-Clause
// Variables (UEFI 2.10, 8.2), and the request of the firmware's setup through a variable.
#include <efi.h>

#include <btl/boot_state.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

#define NAME_UNITS 64
#define ACCESS     (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
_Static_assert(BTL_VARIABLE_ATTRIBUTES == (EFI_VARIABLE_NON_VOLATILE | ACCESS), "attributes");

struct name {
    EFI_GUID guid;
    CHAR16 text[NAME_UNITS];
};

static bool variable_parse_name(const struct fw_variable *which, struct name *ret_name)
{
    size_t len = 0;
    memcpy(&ret_name->guid, which->guid, sizeof(ret_name->guid));
    for (; which->name[len] != '\0'; len++) {
        if (len + 1 == NAME_UNITS)
            return false;
        ret_name->text[len] = (unsigned char)which->name[len];
    }
    ret_name->text[len] = 0;
    return true;
}

// A size above the buffer's, reported with success, is a firmware error.
static fw_status variables_uefi_get(struct firmware *fw, const struct fw_variable *which, void *to,
                                    uint64_t *size, uint32_t *ret_attributes)
{
    struct name name;
    UINTN got = *size;
    UINT32 attributes = 0;
    if (!variable_parse_name(which, &name))
        return FW_INVALID_PARAMETER;
    EFI_STATUS status =
        uefi_of(fw)->runtime->GetVariable(name.text, &name.guid, &attributes, &got, to);
    if (status == EFI_SUCCESS && got > *size)
        return FW_BUFFER_TOO_SMALL;
    if (status == EFI_SUCCESS) {
        *size = got;
        *ret_attributes = attributes;
    }
    return status;
}

// Does the variable exist with other attributes? It must be deleted before it can be written
// (8.2.3). Checked because the firmware has the same status for other errors.
static bool variable_has_other_attributes(EFI_RUNTIME_SERVICES *runtime, struct name *name,
                                          UINT32 wanted)
{
    UINT32 attributes = 0;
    UINTN size = 0;
    EFI_STATUS status = runtime->GetVariable(name->text, &name->guid, &attributes, &size, NULL);
    return (status == EFI_SUCCESS || status == EFI_BUFFER_TOO_SMALL) && attributes != 0 &&
           attributes != wanted;
}

static fw_status variables_uefi_set(struct firmware *fw, const struct fw_variable *which,
                                    const void *data, uint64_t size)
{
    EFI_RUNTIME_SERVICES *runtime = uefi_of(fw)->runtime;
    struct name name;
    if (!variable_parse_name(which, &name))
        return FW_INVALID_PARAMETER;
    if (size == 0)
        return runtime->SetVariable(name.text, &name.guid, 0, 0, NULL);
    UINT32 attributes = BTL_VARIABLE_ATTRIBUTES;
    if (which->transient)
        attributes &= ~(UINT32)EFI_VARIABLE_NON_VOLATILE;
    if (which->hidden)
        attributes &= ~(UINT32)EFI_VARIABLE_RUNTIME_ACCESS;
    void *bytes = (void *)(uintptr_t)data;
    EFI_STATUS status = runtime->SetVariable(name.text, &name.guid, attributes, size, bytes);
    if (status != EFI_INVALID_PARAMETER ||
        !variable_has_other_attributes(runtime, &name, attributes) ||
        runtime->SetVariable(name.text, &name.guid, 0, 0, NULL) != EFI_SUCCESS)
        return status;
    return runtime->SetVariable(name.text, &name.guid, attributes, size, bytes);
}

// ------------------------------------------------------------------------------------------ setup

// Read a global UINT64 variable of the firmware. False: missing, or of another size.
static bool variable_read_global(struct firmware *fw, const char *name, uint64_t *ret_value)
{
    EFI_GUID guid = EFI_GLOBAL_VARIABLE;
    struct fw_variable which = {.name = name};
    uint64_t value = 0, size = sizeof(value);
    uint32_t attributes;
    memcpy(which.guid, &guid, sizeof(guid));
    if (variables_uefi_get(fw, &which, &value, &size, &attributes) != FW_SUCCESS ||
        size != sizeof(value))
        return false;
    *ret_value = value;
    return true;
}

static bool setup_exists(struct firmware *fw)
{
    uint64_t supported;
    return variable_read_global(fw, "OsIndicationsSupported", &supported) &&
           (supported & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0;
}

static fw_status setup_enter(struct firmware *fw)
{
    EFI_GUID guid = EFI_GLOBAL_VARIABLE;
    struct fw_variable which = {.name = "OsIndications"};
    uint64_t wanted = 0;
    memcpy(which.guid, &guid, sizeof(guid));
    if (!setup_exists(fw))
        return FW_UNSUPPORTED;
    variable_read_global(fw, which.name, &wanted); // missing: no indications yet
    wanted |= EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
    fw_status status = variables_uefi_set(fw, &which, &wanted, sizeof(wanted));
    if (status != FW_SUCCESS)
        return status;
    fw->reset(fw, FW_RESET_COLD);
    return FW_DEVICE_ERROR;
}

void variables_uefi(struct firmware *ret_fw)
{
    ret_fw->variable_get = variables_uefi_get;
    ret_fw->variable_set = variables_uefi_set;
    ret_fw->has_setup = setup_exists;
    ret_fw->enter_setup = setup_enter;
}

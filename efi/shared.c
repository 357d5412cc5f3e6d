// SPDX-License-Identifier: BSD-2-Clause
// Functions that the steps share.
#include "boot.h"

bool machine_fit(struct boot *boot)
{
    if (boot->facts.cpu.no_execute)
        return true;
    btl_report(boot->attempt.diags, BTL_BOOT_CPU, (struct btl_place){0});
    return false;
}

struct btl_str fw_status_name(fw_status status)
{
    static const struct {
        fw_status status;
        const char *name;
    } names[] = {
        {FW_SUCCESS, "Success"},
        {FW_LOAD_ERROR, "Load Error"},
        {FW_INVALID_PARAMETER, "Invalid Parameter"},
        {FW_UNSUPPORTED, "Unsupported"},
        {FW_ERROR(4), "Bad Buffer Size"},
        {FW_BUFFER_TOO_SMALL, "Buffer Too Small"},
        {FW_NOT_READY, "Not Ready"},
        {FW_DEVICE_ERROR, "Device Error"},
        {FW_WRITE_PROTECTED, "Write Protected"},
        {FW_OUT_OF_RESOURCES, "Out of Resources"},
        {FW_VOLUME_CORRUPTED, "Volume Corrupted"},
        {FW_VOLUME_FULL, "Volume Full"},
        {FW_NO_MEDIA, "No Media"},
        {FW_ERROR(13), "Media Changed"},
        {FW_NOT_FOUND, "Not Found"},
        {FW_ACCESS_DENIED, "Access Denied"},
        {FW_ALREADY_STARTED, "Already Started"},
        {FW_ABORTED, "Aborted"},
        {FW_SECURITY_VIOLATION, "Security Violation"},
        {FW_ERROR(27), "CRC Error"},
    };
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        if (names[i].status == status)
            return btl_str_of(names[i].name);
    }
    return BTL_STR("an unknown status");
}

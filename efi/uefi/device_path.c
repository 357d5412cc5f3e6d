// SPDX-License-Identifier: BSD-2-Clause
// Device paths of files.
#include <efi.h>

#include <btl/types.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

#define NODES_MAX 64

void uefi_node_make(struct uefi_node *ret_node, uint8_t subtype, const void *data, size_t size)
{
    *ret_node = (struct uefi_node){.type = MEDIA_DEVICE_PATH, .subtype = subtype};
    ret_node->size[0] = (uint8_t)(4 + size);
    ret_node->size[1] = (uint8_t)((4 + size) >> 8);
    memcpy(ret_node->data, data, size);
}

// Return the size of a device path without its end node; 0: no valid path.
static size_t device_path_size(const uint8_t *path)
{
    size_t size = 0;
    for (int i = 0; i < NODES_MAX; i++) {
        uint16_t node = (uint16_t)(path[size + 2] | path[size + 3] << 8);
        if ((path[size] & 0x7f) == END_DEVICE_PATH_TYPE)
            return size;
        if (node < 4)
            return 0;
        size += node;
    }
    return 0;
}

fw_status uefi_path_make(struct uefi *uefi, EFI_HANDLE handle, const struct uefi_node *file,
                         uint8_t **ret_path)
{
    static const uint8_t end[] = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, 4, 0};
    EFI_GUID guid = DEVICE_PATH_PROTOCOL;
    const uint8_t *device;
    uint8_t *path;
    EFI_STATUS status = uefi->boot->HandleProtocol(handle, &guid, (void **)&device);
    if (status != EFI_SUCCESS)
        return status;
    size_t first = device_path_size(device), node = file->size[0] | file->size[1] << 8;
    status = uefi->boot->AllocatePool(EfiLoaderData, first + node + sizeof(end), (void **)&path);
    if (status != EFI_SUCCESS)
        return status;
    memcpy(path, device, first);
    memcpy(path + first, file, node);
    memcpy(path + first + node, end, sizeof(end));
    *ret_path = path;
    return FW_SUCCESS;
}

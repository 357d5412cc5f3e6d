// SPDX-License-Identifier: BSD-2-Clause
// The partition of the boot volume, from its device path (UEFI 2.10, 10.3), and the PCI device of
// its disk's controller.
#include <efi.h>
#include <efipciio.h>

#include <btl/format.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

#define NODE_MEDIA     4
#define NODE_HARDDRIVE 1
#define NODE_END       0x7f
#define SIGNATURE_GUID 2
#define NODES_MAX      64 // a path has about ten

// Offsets in struct HARDDRIVE_DEVICE_PATH; nodes are not aligned.
enum { HD_NUMBER = 4, HD_START = 8, HD_BLOCKS = 16, HD_SIGNATURE = 24, HD_KIND = 41, HD_SIZE = 42 };
// Offsets in PCI configuration space.
enum { PCI_ID = 0, PCI_CLASS = 8, PCI_SUBSYSTEM = 44 };

static uint16_t identify_node_size(const uint8_t *node)
{
    return (uint16_t)(node[2] | node[3] << 8);
}

static void identify_parse_partition(const uint8_t *node, struct fw_volume *ret_volume)
{
    ret_volume->known = true;
    memcpy(&ret_volume->partition, node + HD_NUMBER, 4);
    memcpy(&ret_volume->start_block, node + HD_START, 8);
    memcpy(&ret_volume->block_count, node + HD_BLOCKS, 8);
    ret_volume->gpt = node[HD_KIND] == SIGNATURE_GUID;
    if (ret_volume->gpt)
        memcpy(ret_volume->guid, node + HD_SIGNATURE, 16);
}

// Search the device path, at most NODES_MAX nodes: the firmware's path may not end.
static void identify_find_partition(const uint8_t *node, struct fw_volume *ret_volume)
{
    for (int i = 0; i < NODES_MAX && (node[0] & 0x7f) != NODE_END; i++) {
        uint16_t size = identify_node_size(node);
        if (size < 4)
            return;
        if (node[0] == NODE_MEDIA && node[1] == NODE_HARDDRIVE && size >= HD_SIZE)
            identify_parse_partition(node, ret_volume);
        node += size;
    }
}

static void identify_name_controller(EFI_PCI_IO_PROTOCOL *pci, struct fw_volume *ret_volume)
{
    UINT32 id, class_code, subsystem;
    if (pci->Pci.Read(pci, EfiPciIoWidthUint32, PCI_ID, 1, &id) != EFI_SUCCESS ||
        pci->Pci.Read(pci, EfiPciIoWidthUint32, PCI_CLASS, 1, &class_code) != EFI_SUCCESS ||
        pci->Pci.Read(pci, EfiPciIoWidthUint32, PCI_SUBSYSTEM, 1, &subsystem) != EFI_SUCCESS)
        return;
    btl_format_to(ret_volume->controller, sizeof(ret_volume->controller),
                  "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", id & 0xffff, id >> 16,
                  subsystem & 0xffff, subsystem >> 16, class_code >> 24, class_code >> 16 & 0xff,
                  class_code >> 8 & 0xff);
}

void volume_uefi_identify(EFI_BOOT_SERVICES *boot, EFI_HANDLE device, struct fw_volume *ret_volume)
{
    EFI_GUID path_guid = DEVICE_PATH_PROTOCOL, pci_guid = EFI_PCI_IO_PROTOCOL_GUID;
    EFI_DEVICE_PATH *path;
    EFI_PCI_IO_PROTOCOL *pci;
    EFI_HANDLE controller;
    if (boot->HandleProtocol(device, &path_guid, (void **)&path) != EFI_SUCCESS)
        return;
    identify_find_partition((const uint8_t *)path, ret_volume);
    if (boot->LocateDevicePath(&pci_guid, &path, &controller) == EFI_SUCCESS &&
        boot->HandleProtocol(controller, &pci_guid, (void **)&pci) == EFI_SUCCESS)
        identify_name_controller(pci, ret_volume);
}

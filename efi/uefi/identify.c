// SPDX-License-Identifier: BSD-2-Clause
// The place of the boot volume on its disk, from its device path (UEFI 2.10, 10.3), and the PCI
// device of the disk's controller.
#include <efi.h>
#include <efipciio.h>

#include <btl/format.h>
#include <btl/manifest.h>
#include <btl/partitions.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

#define NODE_MEDIA     4
#define NODE_HARDDRIVE 1
#define NODE_FILE_PATH 4
#define NODE_END       0x7f
#define SIGNATURE_MBR  1
#define SIGNATURE_GUID 2
#define NODES_MAX      64 // a path has about ten
#define PRIMARY        4  // partitions in an MBR

// Offsets in struct HARDDRIVE_DEVICE_PATH; nodes are not aligned.
enum { HD_NUMBER = 4, HD_START = 8, HD_BLOCKS = 16, HD_SIGNATURE = 24, HD_KIND = 41, HD_SIZE = 42 };
// Offsets in PCI configuration space.
enum { PCI_ID = 0, PCI_CLASS = 8, PCI_SUBSYSTEM = 44 };

static uint16_t identify_node_size(const uint8_t *node)
{
    return (uint16_t)(node[2] | node[3] << 8);
}

static void identify_parse_gpt(const uint8_t *node, struct fw_volume *ret_volume)
{
    ret_volume->kind = BTLM_VOLUME_GPT;
    memcpy(ret_volume->guid, node + HD_SIGNATURE, 16);
}

// EDK II gives a logical partition a node after that of the extended one. Only the first node has
// the disk's signature.
static void identify_parse_mbr(const uint8_t *node, struct fw_volume *ret_volume)
{
    uint32_t signature;
    if (ret_volume->kind == BTLM_VOLUME_MBR)
        memcpy(&signature, ret_volume->guid, sizeof(signature));
    else
        memcpy(&signature, node + HD_SIGNATURE, sizeof(signature));
    ret_volume->kind = BTLM_VOLUME_MBR;
    btl_mbr_guid(signature, ret_volume->start_block, ret_volume->guid);
}

static void identify_parse_partition(const uint8_t *node, struct fw_volume *ret_volume)
{
    uint32_t number;
    memcpy(&number, node + HD_NUMBER, 4);
    memcpy(&ret_volume->start_block, node + HD_START, 8);
    memcpy(&ret_volume->block_count, node + HD_BLOCKS, 8);
    ret_volume->partition = ret_volume->known ? PRIMARY + number : number;
    ret_volume->known = true;
    if (node[HD_KIND] == SIGNATURE_GUID)
        identify_parse_gpt(node, ret_volume);
    else if (node[HD_KIND] == SIGNATURE_MBR)
        identify_parse_mbr(node, ret_volume);
}

// Search the device path, at most NODES_MAX nodes: the firmware's path may not end. True: the
// volume is no part of a medium, as far as the path says.
static bool identify_find_partition(const uint8_t *node, struct fw_volume *ret_volume)
{
    bool whole = true;
    for (int i = 0; i < NODES_MAX && (node[0] & 0x7f) != NODE_END; i++) {
        uint16_t size = identify_node_size(node);
        if (size < 4)
            return false;
        if (node[0] == NODE_MEDIA)
            whole = false;
        if (node[0] == NODE_MEDIA && node[1] == NODE_HARDDRIVE && size >= HD_SIZE)
            identify_parse_partition(node, ret_volume);
        node += size;
    }
    return whole;
}

struct btl_str volume_uefi_loader_file(const EFI_DEVICE_PATH *path, char *to, size_t size)
{
    const uint8_t *node = (const uint8_t *)path;
    size_t len = 0;
    for (int i = 0; path != NULL && i < NODES_MAX && (node[0] & 0x7f) != NODE_END; i++) {
        uint16_t bytes = identify_node_size(node);
        if (bytes < 4)
            break;
        // A path may be split in several nodes, of which each may begin with a separator.
        if (node[0] == NODE_MEDIA && node[1] == NODE_FILE_PATH) {
            size_t begin = len > 0 && to[len - 1] != '\\' && node[4] != '\\' && len < size;
            if (begin != 0)
                to[len++] = '\\';
            len += btl_utf16_to_utf8(node + 4, (bytes - 4) / 2, to + len, size - len);
        }
        node += bytes;
    }
    return (struct btl_str){to, len};
}

static void identify_disk(EFI_BLOCK_IO *blocks, struct fw_volume *ret_volume)
{
    if (blocks->Media->LogicalPartition)
        return;
    ret_volume->known = true;
    ret_volume->kind = BTLM_VOLUME_DISK;
    ret_volume->block_count = blocks->Media->LastBlock + 1;
}

static void identify_name_controller(EFI_PCI_IO_PROTOCOL *pci, struct fw_volume *ret_volume)
{
    UINT32 id, class_code, subsystem;
    UINTN segment, bus, number, function;
    // Modules reach the first segment alone.
    if (pci->GetLocation(pci, &segment, &bus, &number, &function) != EFI_SUCCESS || segment != 0)
        return;
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
    EFI_GUID blocks_guid = BLOCK_IO_PROTOCOL;
    EFI_DEVICE_PATH *path;
    EFI_PCI_IO_PROTOCOL *pci;
    EFI_BLOCK_IO *blocks;
    EFI_HANDLE controller;
    if (boot->HandleProtocol(device, &path_guid, (void **)&path) != EFI_SUCCESS)
        return;
    if (identify_find_partition((const uint8_t *)path, ret_volume) &&
        boot->HandleProtocol(device, &blocks_guid, (void **)&blocks) == EFI_SUCCESS)
        identify_disk(blocks, ret_volume);
    if (boot->LocateDevicePath(&pci_guid, &path, &controller) == EFI_SUCCESS &&
        boot->HandleProtocol(controller, &pci_guid, (void **)&pci) == EFI_SUCCESS)
        identify_name_controller(pci, ret_volume);
}

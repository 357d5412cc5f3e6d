// SPDX-License-Identifier: BSD-2-Clause
// Registers of devices: PCI's configuration space by the root bridges (UEFI 2.10, 14.2), ports by
// the processor, and memory, which UEFI maps one to one. A root bridge gives access only to the
// ports and memory that it decodes, and a chipset's own are not among them.
#include <efi.h>
#include <efipciio.h>

#include "cpu.h"
#include "firmware.h"
#include "uefi.h"

// Call `access` of the root bridges of segment 0, until one has the bus.
static fw_status registers_pci(struct firmware *fw, bool write, uint64_t address, uint32_t width,
                               uint32_t *value)
{
    static const EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH widths[] = {
        [1] = EfiPciIoWidthUint8, [2] = EfiPciIoWidthUint16, [4] = EfiPciIoWidthUint32};
    EFI_GUID guid = EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID;
    EFI_BOOT_SERVICES *boot = uefi_of(fw)->boot;
    EFI_HANDLE *handles;
    UINTN count;
    // Bus, device, function and register, a byte each.
    uint64_t place = (address >> 20 & 0xff) << 24 | (address >> 15 & 0x1f) << 16 |
                     (address >> 12 & 7) << 8 | (address & 0xff);
    EFI_STATUS status = boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles);
    if (status != EFI_SUCCESS)
        return status;
    status = EFI_NOT_FOUND;
    for (UINTN i = 0; i < count && status != EFI_SUCCESS; i++) {
        EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge;
        if (boot->HandleProtocol(handles[i], &guid, (void **)&bridge) != EFI_SUCCESS ||
            bridge->SegmentNumber != 0)
            continue;
        status =
            (write ? bridge->Pci.Write : bridge->Pci.Read)(bridge, widths[width], place, 1, value);
    }
    boot->FreePool(handles);
    return status;
}

static uint32_t registers_read_memory(uint64_t address, uint32_t width)
{
    volatile void *at = (volatile void *)(uintptr_t)address;
    return width == 1   ? *(volatile uint8_t *)at
           : width == 2 ? *(volatile uint16_t *)at
                        : *(volatile uint32_t *)at;
}

static void registers_write_memory(uint64_t address, uint32_t width, uint32_t value)
{
    volatile void *at = (volatile void *)(uintptr_t)address;
    if (width == 1)
        *(volatile uint8_t *)at = (uint8_t)value;
    else if (width == 2)
        *(volatile uint16_t *)at = (uint16_t)value;
    else
        *(volatile uint32_t *)at = value;
}

static fw_status registers_uefi_read(struct firmware *fw, enum fw_space space, uint64_t address,
                                     uint32_t width, uint32_t *ret_value)
{
    *ret_value = 0;
    if (space == FW_SPACE_PCI)
        return registers_pci(fw, false, address, width, ret_value);
    if (space == FW_SPACE_IO)
        return cpu_port_read((uint16_t)address, width, ret_value) ? FW_SUCCESS : FW_UNSUPPORTED;
    *ret_value = registers_read_memory(address, width);
    return FW_SUCCESS;
}

static fw_status registers_uefi_write(struct firmware *fw, enum fw_space space, uint64_t address,
                                      uint32_t width, uint32_t value)
{
    if (space == FW_SPACE_PCI)
        return registers_pci(fw, true, address, width, &value);
    if (space == FW_SPACE_IO)
        return cpu_port_write((uint16_t)address, width, value) ? FW_SUCCESS : FW_UNSUPPORTED;
    registers_write_memory(address, width, value);
    return FW_SUCCESS;
}

void registers_uefi(struct firmware *ret_fw)
{
    ret_fw->register_read = registers_uefi_read;
    ret_fw->register_write = registers_uefi_write;
}

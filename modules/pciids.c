// SPDX-License-Identifier: BSD-2-Clause
// Names of some vendors and of the device classes, for lspci. Not needed to boot: AUTO.
#include <btl/module.h>

#include "pciids.h"

struct entry {
    uint16_t number;
    const char *name;
};

static const struct entry vendors[] = {
    {0x1002, "AMD/ATI"},  {0x1022, "AMD"},       {0x103c, "Hewlett-Packard"},
    {0x10de, "NVIDIA"},   {0x10ec, "Realtek"},   {0x1234, "QEMU VGA"},
    {0x14e4, "Broadcom"}, {0x15ad, "VMware"},    {0x1af4, "virtio"},
    {0x1b21, "ASMedia"},  {0x1b36, "QEMU"},      {0x1b4b, "Marvell"},
    {0x144d, "Samsung"},  {0x1414, "Microsoft"}, {0x8086, "Intel"},
};

// Class and subclass (PCI Code and ID Assignment 1.11).
static const struct entry classes[] = {
    {0x0100, "SCSI controller"}, {0x0101, "IDE controller"}, {0x0106, "SATA controller"},
    {0x0108, "NVMe controller"}, {0x0200, "Ethernet"},       {0x0300, "VGA display"},
    {0x0600, "host bridge"},     {0x0601, "ISA bridge"},     {0x0604, "PCI bridge"},
    {0x0c03, "USB controller"},  {0x0c05, "SMBus"},
};

static const char *pciids_find(const struct entry *entries, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].number == number)
            return entries[i].name;
    return NULL;
}

const char *pci_vendor_name(uint16_t vendor)
{
    return pciids_find(vendors, BTL_COUNT(vendors), vendor);
}

const char *pci_class_name(uint32_t class_code)
{
    return pciids_find(classes, BTL_COUNT(classes), (uint16_t)(class_code >> 8));
}

static int pciids_load(const struct btl_load_args *args)
{
    return 0;
}

static int pciids_unload(void)
{
    return 0;
}

BTL_MODULE("pciids", .load = pciids_load, .unload = pciids_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("names for lspci");
BTL_LICENSE("BSD-2-Clause");
BTL_NEEDS("kernel:1.0");
BTL_STUB_EXPORT(pci_vendor_name);
BTL_STUB_EXPORT(pci_class_name);

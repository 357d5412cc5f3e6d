// SPDX-License-Identifier: BSD-2-Clause
// Tables that the firmware has left in memory, ACPI and SMBIOS. What they say is the firmware's
// word; where they lie is checked, so that a wrong address is no fault. firmware_table() and
// acpi_table() are in btl/kernel.h.
#ifndef KERNEL_FIRMWARE_TABLES_H
#define KERNEL_FIRMWARE_TABLES_H

#include <btl/manifest.h>

// Where a BIOS had its tables, many firmwares of PCs have theirs still, in a part of the first MiB
// that their memory map does not name.
#define BIOS_START 0xe0000ull
#define BIOS_END   0x100000ull
bool bios_has_tables(void);

// Is the range in the direct map, in that of the loader and in the kernel's own? Device registers
// are mapped by map_device(), where they are wanted. What the firmware reserves is mapped when it
// is ordinary memory.
bool in_direct_map(const struct btlm_memory *range);

#endif

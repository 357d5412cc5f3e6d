// SPDX-License-Identifier: BSD-2-Clause
// What is in the direct map, in that of the loader and in the kernel's own.
#ifndef KERNEL_VM_DIRECT_MAP_H
#define KERNEL_VM_DIRECT_MAP_H

#include <btl/manifest.h>

// Many firmwares of PCs keep their tables where a BIOS had them, in a part of the first MiB that
// their memory map does not name. It is in the direct map when the manifest's addresses of tables
// point there.
#define BIOS_START 0xe0000ull
#define BIOS_END   0x100000ull
bool direct_map_has_bios(void);

// Is a range of the memory map in the direct map? Device registers are not: map_device() maps them
// on request. What the firmware reserves is when it is ordinary memory.
bool direct_map_has(const struct btlm_memory *range);
bool direct_map_holds(uint64_t physical, uint64_t size);

#endif

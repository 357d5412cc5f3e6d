// SPDX-License-Identifier: BSD-2-Clause
// What the benchmark's two EFI programs share.
#ifndef BTL_BENCH_FIRMWARE_H
#define BTL_BENCH_FIRMWARE_H

#include <efi.h>

#include "trace.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system); // gnu-efi's start code calls it

// An unexpected error ends the machine with an exit status of its own.
static inline void must(EFI_STATUS status, const char *what)
{
    if (status == EFI_SUCCESS)
        return;
    trace(what, status, 0);
    __asm__ volatile("outl %0, %w1" : : "a"(17), "Nd"(EXIT_PORT));
}

#endif

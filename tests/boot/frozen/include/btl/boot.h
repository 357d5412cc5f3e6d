// SPDX-License-Identifier: BSD-2-Clause
// The hand-off between loader and kernel, as constants. docs/boot-protocol.md is the normative text.
#ifndef BTL_BOOT_H
#define BTL_BOOT_H

#include <btl/types.h>

// What the loader jumps to: interrupts off, its own page tables, a stack of BTL_BOOT_STACK_SIZE
// bytes with an unmapped guard page below it, return address 0. `manifest` is the address of the
// manifest in the direct map. The function must not return.
typedef void btl_kernel_entry(const void *manifest);

#define BTL_BOOT_STACK_SIZE (64u << 10)
#define BTL_BOOT_EARLY_SIZE (1u << 20) // the early allocator's arena

// x86-64 virtual memory at entry:
//
//   0x0000000000000000  identity: all physical memory, at least 4 GiB  RW- (hand-off page R-X)
//   0xffff800000000000  direct map: the same physical memory           RW-
//   0xffffffff80000000  window: kernel image at its link address       R-X R-- RW-
//                         then, each from the next 2 MiB boundary on:
//                         phase-1 images                               R-X R-- RW-
//                         early arena                                  RW-
//                         guard page, stack                            RW-
//   0xffffffffffe00000  end of the window; the last 2 MiB stay unmapped
//
// The kernel may be linked anywhere in the window; everything else in it is where the manifest says.
#define BTL_X86_64_DIRECT_MAP  0xffff800000000000ull
#define BTL_X86_64_WINDOW      0xffffffff80000000ull
#define BTL_X86_64_WINDOW_SIZE 0x000000007fe00000ull

#endif

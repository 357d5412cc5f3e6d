// SPDX-License-Identifier: BSD-2-Clause
// Constants of the hand-off from loader to kernel. docs/boot-protocol.md is normative.
#ifndef BTL_BOOT_H
#define BTL_BOOT_H

#include <btl/types.h>

BTL_BEGIN_DECLS

// The kernel's entry point. On entry: interrupts off, the loader's page tables, a stack of
// BTL_BOOT_STACK_SIZE bytes with an unmapped guard page below it, return address 0. `manifest` is
// the address of the manifest in the direct map. The function must not return.
typedef void btl_kernel_entry(const void *manifest);

// Paths on the boot volume: the default one of a saved manifest, and the one of the last boot that
// the loader gave up.
#define BTL_MANIFEST_SAVED  "/btl/manifest.bin"
#define BTL_MANIFEST_FAILED "/btl/failed.bin"

#define BTL_BOOT_STACK_SIZE   (64u << 10)
#define BTL_BOOT_EARLY_SIZE   (1u << 20) // the early allocator's arena: the default of early_size
#define BTL_BOOT_EARLY_MODULE 1024u // and for each module of the manifest: its entry and reason

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
// The kernel may be linked anywhere in the window. The manifest has the addresses of everything
// else. Random addresses (btl/aslr.h) leave gaps before the kernel and the phase-1 images.
#define BTL_X86_64_DIRECT_MAP      0xffff800000000000ull
#define BTL_X86_64_DIRECT_MAP_SIZE 0x00007f8000000000ull // to the 512 GiB that hold the window
#define BTL_X86_64_WINDOW          0xffffffff80000000ull
#define BTL_X86_64_WINDOW_SIZE     0x000000007fe00000ull

// aarch64 virtual memory at entry, planned: no loader starts a kernel there yet (docs/aarch64.md).
//
//   0xffff000000000000  direct map: physical memory                    RW-
//   0xffffffff80000000  window: kernel image at its link address       R-X R-- RW-
//                         then phase-1 images, early arena, stack, as on x86-64
//   0xffffffffffe00000  end of the window
//
// adrp reaches 4 GiB: from every place of the window to every other.
#define BTL_AARCH64_DIRECT_MAP      0xffff000000000000ull
#define BTL_AARCH64_DIRECT_MAP_SIZE 0x0000ff8000000000ull // to the 512 GiB that hold the window
#define BTL_AARCH64_WINDOW          0xffffffff80000000ull
#define BTL_AARCH64_WINDOW_SIZE     0x000000007fe00000ull

// ia64 virtual memory at entry:
//
//   0xa000000000000000  region 5, window: kernel image at its link address  R-X R-- RW-
//                         then, each from the next 2 MiB boundary on:
//                         phase-1 images                                    R-X R-- RW-
//                         early arena                                       RW-
//                         guard, stack, guard, backing store                RW-
//   0xa000008000000000  end of the window
//   0xc000000000000000  region 6: all physical addresses, uncached          RW-
//   0xe000000000000000  region 7, direct map: the same, write-back where    RW-
//                         the memory map offers that, else uncached
//
// Translations outside the translation registers are inserted by the loader's miss handlers:
// regions 6 and 7 from the address itself, the window from a tree of tables at page_table_root.
#define BTL_IA64_WINDOW       0xa000000000000000ull
#define BTL_IA64_WINDOW_SIZE  0x0000008000000000ull
#define BTL_IA64_UNCACHED     0xc000000000000000ull
#define BTL_IA64_DIRECT_MAP   0xe000000000000000ull
#define BTL_IA64_PHYSICAL_END 0x0004000000000000ull // end of what regions 6 and 7 map
#define BTL_IA64_STACK_GUARD  (64u << 10)
#define BTL_IA64_HANDOFF_SIZE (64u << 10) // of the hand-off area, aligned to this
#define BTL_IA64_KERNEL_ALIGN (1u << 20)  // physical and virtual address are congruent modulo this

// The tree: three levels of one-page tables of BTL_IA64_TABLE_SLOTS entries. Entries of the upper
// levels are a table's physical address and PRESENT, those of the lowest level translations.
#define BTL_IA64_TABLE_SLOTS    512u
#define BTL_IA64_PTE_PRESENT    0x001ull
#define BTL_IA64_PTE_WRITE_BACK 0x000ull
#define BTL_IA64_PTE_UNCACHED   0x010ull
#define BTL_IA64_PTE_ACCESSED   0x020ull
#define BTL_IA64_PTE_DIRTY      0x040ull
#define BTL_IA64_PTE_R          0x000ull // access rights, at privilege level 0
#define BTL_IA64_PTE_RX         0x200ull
#define BTL_IA64_PTE_RW         0x400ull
#define BTL_IA64_PTE_ADDRESS    0x0003fffffffff000ull

// Region registers: identifier << 8 | log2 of the page size << 2.
#define BTL_IA64_RR5 0x10530ull
#define BTL_IA64_RR6 0x10630ull
#define BTL_IA64_RR7 0x10730ull

BTL_END_DECLS

#endif

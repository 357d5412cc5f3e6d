// SPDX-License-Identifier: BSD-2-Clause
// Address space and code of the hand-off to a kernel of the Limine protocol.
#ifndef BTL_EFI_X86_64_LIMINE_H
#define BTL_EFI_X86_64_LIMINE_H

#include <btl/limine_kernel.h>

#include "paging.h"

struct boot;

// The state that the protocol wants, from the hand-off area (handoff_limine.S). `gdt`: in there.
extern const uint8_t limine_code[], limine_code_end[], limine_gdt[];

// The code of a processor that starts, and its parameters, in one page (trampoline.S).
extern const uint8_t trampoline_code[], trampoline_code_end[], trampoline_32[], trampoline_64[],
    trampoline_gdt[];
#define TRAMPOLINE_PARAMETERS 0xf00
struct trampoline {
    uint64_t root;       // 0: physical, of the page tables
    uint64_t stack;      // 8: its end
    uint64_t cpu;        // 16: struct btl_limine_cpu
    uint64_t gdt;        // 24
    uint64_t pat;        // 32
    uint32_t cr4;        // 40
    uint32_t x2apic;     // 44: 1: is to be switched on
    uint32_t alive;      // 48: the processor writes 1
    uint32_t first_root; // 52: tables below 4 GiB
    uint32_t jump32;     // 56: far pointer
    uint16_t selector32; // 60
    uint16_t gdt_limit;  // 62: of the first GDT
    uint32_t gdt_base;   // 64
    uint32_t jump64;     // 68: far pointer
    uint16_t selector64; // 72
};
_Static_assert(offsetof(struct trampoline, jump64) == 68, "trampoline.S");

#define LIMINE_GDT_LIMIT     55u
#define LIMINE_SELECTOR_32   0x18u
#define LIMINE_SELECTOR_CODE 0x28u
#define LIMINE_PAT           0x0007010500070406ull // WB WT UC- UC WP WC UC- UC

// Build the page tables: paging->root. `map` is sorted; `framebuffer` whole pages, size 0: none.
// Direct map as of base revision `revision`, readable, writable, executable; one to one the same in
// revision 0, otherwise the pages at `code` and `trampoline` (0: none) alone.
struct limine_space {
    const struct btlm_memory *map;
    uint64_t count;
    uint32_t revision;
    uint64_t framebuffer, framebuffer_size;
    uint64_t trampoline;
};
bool paging_build_limine(struct paging *paging, const struct limine_space *space);

bool limine_space(struct boot *boot);  // space_limine.c: stacks, tables, responses
bool limine_answer(struct boot *boot); // answer_limine.c: the responses

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Translation registers at hand-off, and parameters of the loader's handlers
// (docs/boot-protocol-ia64.md).
#include <btl/boot.h>
#include <btl/manifest.h>

#include "handoff_ia64.h"

#define SCRATCH_AREA 16 // below the stack's top (the software conventions)
#define ITIR(shift)  ((uint64_t)(shift) << 2)

#define PIN_RX                                                                                     \
    (BTL_IA64_PTE_PRESENT | BTL_IA64_PTE_WRITE_BACK | BTL_IA64_PTE_ACCESSED | BTL_IA64_PTE_DIRTY | \
     BTL_IA64_PTE_RX)
#define PIN_RW                                                                                     \
    (BTL_IA64_PTE_PRESENT | BTL_IA64_PTE_WRITE_BACK | BTL_IA64_PTE_ACCESSED | BTL_IA64_PTE_DIRTY | \
     BTL_IA64_PTE_RW)
#define PIN_SHIFT 16 // hand-off area, stack, backing store: 64 KiB
_Static_assert(BTL_IA64_HANDOFF_SIZE == 1u << PIN_SHIFT, "one page of a translation register");
_Static_assert(BTL_IA64_HANDOFF_SIZE == HANDOFF_IA64_SIZE, "handoff_ia64.S");
_Static_assert(BTL_BOOT_STACK_SIZE == 1u << PIN_SHIFT, "one page of a translation register");
_Static_assert(BTL_IA64_STACK_GUARD == 1u << PIN_SHIFT, "they are aligned like one");

_Static_assert(HANDOFF_IA64_RR5 == BTL_IA64_RR5 && HANDOFF_IA64_RR6 == BTL_IA64_RR6 &&
                   HANDOFF_IA64_RR7 == BTL_IA64_RR7,
               "handoff_ia64.S");
_Static_assert(HANDOFF_IA64_DIRECT == PIN_RW, "handoff_ia64.S");
_Static_assert(HANDOFF_IA64_UNCACHED == (PIN_RW | BTL_IA64_PTE_UNCACHED), "handoff_ia64.S");

_Static_assert(HANDOFF_IA64_ENTRY_SIZE == sizeof(struct btlm_memory) &&
                   offsetof(struct btlm_memory, size) == 8 &&
                   offsetof(struct btlm_memory, type) == 16 &&
                   offsetof(struct btlm_memory, attributes) == 24,
               "handoff_ia64.S");
_Static_assert(HANDOFF_IA64_MMIO == BTLM_MEM_MMIO && HANDOFF_IA64_CACHE_TYPES == BTLM_CACHE_TYPES &&
                   1u << HANDOFF_IA64_WB_BIT == BTLM_WRITE_BACK,
               "handoff_ia64.S");

// Return log2 of the largest page at the start of the kernel's text; 0: none.
static unsigned text_shift(const struct handoff *handoff)
{
    static const unsigned shifts[] = {20, 18, 16, 14};
    for (size_t i = 0; i < BTL_COUNT(shifts); i++) {
        uint64_t size = 1ull << shifts[i];
        if (((handoff->text | handoff->text_physical) & (size - 1)) == 0 &&
            handoff->text_size >= size)
            return shifts[i];
    }
    return 0;
}

void handoff_ia64_fill(const struct handoff *handoff, struct handoff_ia64 *ret_handoff)
{
    uint64_t stack = handoff->stack_top - BTL_BOOT_STACK_SIZE;
    unsigned shift = text_shift(handoff);
    *ret_handoff = (struct handoff_ia64){
        .root = handoff->page_table_root,
        .kernel = handoff->entry,
        .manifest = handoff->manifest,
        .sp = handoff->stack_top - SCRATCH_AREA,
        .store = handoff->backing_store,
        .gp = handoff->gp,
        .code = BTL_IA64_DIRECT_MAP | handoff->code,
        .memory = handoff->memory,
        .memory_count = handoff->memory_count,
        .pins = {
            [PIN_CODE] = {BTL_IA64_DIRECT_MAP | handoff->code, handoff->code | PIN_RX,
                          ITIR(PIN_SHIFT)},
            [PIN_STACK] = {stack, handoff->stack_physical | PIN_RW, ITIR(PIN_SHIFT)},
            [PIN_STORE] = {handoff->backing_store,
                           (handoff->stack_physical + BTL_BOOT_STACK_SIZE) | PIN_RW,
                           ITIR(PIN_SHIFT)},
            [PIN_TEXT] = {handoff->text, handoff->text_physical | PIN_RX, ITIR(shift)},
        }};
}

// SPDX-License-Identifier: BSD-2-Clause
// An interruption in the kernel or a module is a panic.
#include "arch/ia64/traps.h"

#include "arch/ia64/cpu.h"
#include "base/arch.h"
#include "base/handoff.h"
#include "failure/panic.h"

#include <btl/boot.h>
#include <btl/kernel.h>

// Filled in by ivt.S. The NaT bits of registers are kept by address: it starts a block of 512
// bytes.
struct arch_registers trap_registers __attribute__((aligned(512)));
uint8_t trap_stack[TRAP_STACK_SIZE] __attribute__((aligned(16)));
uint8_t trap_backing_store[TRAP_STACK_SIZE] __attribute__((aligned(512)));

#define ISR_X  (1ull << 32)
#define ISR_W  (1ull << 33)
#define ISR_RS (1ull << 37)

enum {
    VECTOR_INSTRUCTION_MISS = 0x0c,
    VECTOR_DATA_MISS = 0x10,
    VECTOR_BREAK = 0x2c,
    VECTOR_INSTRUCTION_RIGHTS = 0x52,
    VECTOR_DATA_RIGHTS = 0x53,
    VECTOR_UNALIGNED = 0x5a
};

// By vector: its offset in the table / 0x100.
static const char *const vector_name[0x80] = {
    [0x00] = "VHPT translation",
    [0x04] = "instruction TLB",
    [0x08] = "data TLB",
    [VECTOR_INSTRUCTION_MISS] = "instruction page not mapped",
    [VECTOR_DATA_MISS] = "data page not mapped",
    [0x14] = "data nested TLB",
    [0x18] = "instruction key miss",
    [0x1c] = "data key miss",
    [0x20] = "dirty bit",
    [0x24] = "instruction access bit",
    [0x28] = "data access bit",
    [VECTOR_BREAK] = "break instruction",
    [0x30] = "external interrupt",
    [0x50] = "page not present",
    [0x51] = "key permission",
    [VECTOR_INSTRUCTION_RIGHTS] = "instruction access rights",
    [VECTOR_DATA_RIGHTS] = "data access rights",
    [0x54] = "general exception",
    [0x55] = "disabled floating-point register",
    [0x56] = "NaT consumption",
    [0x59] = "debug",
    [VECTOR_UNALIGNED] = "unaligned data reference",
    [0x5b] = "unsupported data reference",
    [0x5c] = "floating-point fault",
    [0x5d] = "floating-point trap",
    [0x5e] = "lower-privilege transfer",
    [0x5f] = "taken branch",
    [0x60] = "single step",
};

// Kinds of a general exception, ISR.code bits 7 to 4.
static const char *general_exception(uint64_t code)
{
    static const char *const kinds[] = {"illegal operation", "privileged operation",
                                        "privileged register", "reserved register or field",
                                        "disabled instruction set transition"};

    return code >> 4 < BTL_COUNT(kinds) ? kinds[code >> 4] : "illegal dependency or unknown";
}

// The register stack grows up from the backing store's start, the memory stack down.
static void print_overflow(const struct arch_registers *r)
{
    struct arch_range stack, store;

    if (!handoff_ready() || !arch_boot_stack(0, &stack) || !arch_boot_stack(1, &store))
        return;
    if (stack.virtual - r->ifa <= BTL_IA64_STACK_GUARD)
        kprintf("the kernel stack has overflowed into its guard pages\n");
    if (r->ifa - store.virtual - store.size < BTL_IA64_STACK_GUARD)
        kprintf("the register stack has overflowed into its guard pages\n");
}

static void print_access(const struct arch_registers *r, const char *cause)
{
    const char *access = r->isr & ISR_X ? "execute" : r->isr & ISR_W ? "write" : "read";

    kprintf("cannot %s 0x%lx%s: %s\n", access, r->ifa,
            r->isr & ISR_RS ? " for the register stack" : "", cause);
    if (r->ifa < BTL_PAGE_SIZE)
        kprintf("this looks like a null pointer\n");
    print_overflow(r);
}

static void print_cause(const struct arch_registers *r)
{
    switch (r->vector) {
    case VECTOR_INSTRUCTION_MISS:
    case VECTOR_DATA_MISS:
        print_access(r, "nothing is mapped there");
        break;
    case VECTOR_INSTRUCTION_RIGHTS:
    case VECTOR_DATA_RIGHTS:
        print_access(r, "the mapping does not allow it");
        break;
    case VECTOR_UNALIGNED:
        print_access(r, "it is not aligned");
        break;
    case VECTOR_BREAK:
        kprintf("break number 0x%lx\n", r->iim);
        break;
    case 0x54:
        kprintf("%s\n", general_exception(r->isr & 0xf0));
        break;
    }
}

void trap(const struct arch_registers *r)
{
    const char *name = r->vector < BTL_COUNT(vector_name) ? vector_name[r->vector] : NULL;

    if (r->vector == TRAP_WATCHDOG)
        watchdog_interrupt(r);
    panic_begin();
    kprintf("EXCEPTION 0x%04lx (%s), ISR 0x%lx\n", r->vector << 8,
            name != NULL ? name : "reserved vector", r->isr);
    print_cause(r);
    panic_end(r);
}

static void print_rows(const char *const names[], const uint64_t values[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        kprintf("%s %016lx%s", names[i], values[i], i % 3 == 2 || i + 1 == count ? "\n" : "  ");
}

// The slot of the instruction in its bundle.
static unsigned interrupted_slot(const struct arch_registers *r)
{
    return (unsigned)(r->psr >> 41 & 3);
}

// The registers of the interrupted frame, out of the register stack.
static void print_stacked_registers(const struct arch_registers *r)
{
    uint64_t size = r->ifs & 0x7f, value;

    for (uint64_t i = 0; i < size; i++) {
        if (!frame_register(r, i, &value))
            continue;
        kprintf("r%-3u %016lx%s", (unsigned)(32 + i), value,
                i % 3 == 2 || i + 1 == size ? "\n" : "  ");
    }
}

// A spill leaves the NaT bit of a register in the bit of ar.unat that its address names.
static void print_nats(const struct arch_registers *r)
{
    uint64_t first = (uint64_t)(uintptr_t)r->r1_to_r31 >> 3;

    for (unsigned i = 0; i < BTL_COUNT(r->r1_to_r31); i++)
        if (r->nat >> ((first + i) & 63) & 1)
            kprintf("r%u is a NaT\n", i + 1);
}

void arch_print_registers(const struct arch_registers *r)
{
    static const char *const special[] = {"ip  ", "psr ", "ifs ", "pfs ", "rsc ", "bsp ",
                                          "bsps", "rnat", "unat", "pr  ", "fpsr", "ccv ",
                                          "lc  ", "ec  ", "ifa ", "isr ", "iim ", "iipa"};
    static const char *const branch[] = {"b0  ", "b1  ", "b2  ", "b3  ",
                                         "b4  ", "b5  ", "b6  ", "b7  "};
    static const char *const general[] = {
        "gp  ", "r2  ", "r3  ", "r4  ", "r5  ", "r6  ", "r7  ", "r8  ", "r9  ", "r10 ", "r11 ",
        "sp  ", "r13 ", "r14 ", "r15 ", "r16 ", "r17 ", "r18 ", "r19 ", "r20 ", "r21 ", "r22 ",
        "r23 ", "r24 ", "r25 ", "r26 ", "r27 ", "r28 ", "r29 ", "r30 ", "r31 "};

    if (r != NULL) {
        const uint64_t values[] = {r->ip + interrupted_slot(r),
                                   r->psr,
                                   r->ifs,
                                   r->pfs,
                                   r->rsc,
                                   r->bsp,
                                   r->bspstore,
                                   r->rnat,
                                   r->unat,
                                   r->pr,
                                   r->fpsr,
                                   r->ccv,
                                   r->lc,
                                   r->ec,
                                   r->ifa,
                                   r->isr,
                                   r->iim,
                                   r->iipa};
        print_rows(special, values, BTL_COUNT(values));
        print_rows(branch, r->b, BTL_COUNT(branch));
        print_rows(general, r->r1_to_r31, BTL_COUNT(general));
        print_stacked_registers(r);
        print_nats(r);
    }
    kprintf("iva %016lx  dcr %016lx  tree %016lx\n", read_iva(), read_dcr(), read_root());
}

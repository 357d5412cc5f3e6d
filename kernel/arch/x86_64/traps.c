// SPDX-License-Identifier: BSD-2-Clause
// An exception in the kernel or a module is a panic, except the NMI of the watchdog.
#include "arch/x86_64/traps.h"

#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "base/handoff.h"
#include "base/symbols.h"
#include "failure/panic.h"

#include <btl/kernel.h>

static const char *const exception_name[TRAP_EXCEPTIONS] = {
    [0] = "divide error",
    [1] = "debug",
    [2] = "non-maskable interrupt",
    [3] = "breakpoint",
    [4] = "overflow",
    [5] = "bound range exceeded",
    [6] = "invalid opcode",
    [7] = "device not available",
    [8] = "double fault",
    [10] = "invalid TSS",
    [11] = "segment not present",
    [12] = "stack fault",
    [13] = "general protection",
    [14] = "page fault",
    [16] = "x87 floating point",
    [17] = "alignment check",
    [18] = "machine check",
    [19] = "SIMD floating point",
    [21] = "control protection",
};

static void print_page_fault(const struct arch_registers *r)
{
    uint64_t address = read_cr2();
    const char *access = r->error & 16 ? "execute" : r->error & 2 ? "write" : "read";
    const char *cause = r->error & 1 ? "the mapping does not allow it" : "nothing is mapped there";

    kprintf("cannot %s 0x%lx: %s\n", access, address, cause);
    if (address < 4096)
        kprintf("this looks like a null pointer\n");
}

// A double fault whose stack pointer has run into the guard page is a stack overflow.
static void print_double_fault(const struct arch_registers *r)
{
    uint64_t stack = handoff_ready() ? btl_manifest_system(handoff_manifest())->stack_virtual : 0;

    if (stack != 0 && r->rsp < stack + 256 && r->rsp + BTL_PAGE_SIZE >= stack)
        kprintf("the kernel stack has overflowed into its guard page\n");
}

void trap(const struct arch_registers *r)
{
    const char *name;

    if (r->vector >= TRAP_EXCEPTIONS) {
        interrupt(r->vector);
        return;
    }
    if (r->vector == TRAP_NMI && watchdog_tick(r))
        return;
    name = exception_name[r->vector];
    panic_begin();
    kprintf("EXCEPTION %u (%s), error code 0x%lx\n", (unsigned)r->vector,
            name != NULL ? name : "unknown", r->error);
    if (r->vector == TRAP_PAGE_FAULT)
        print_page_fault(r);
    if (r->vector == TRAP_DOUBLE_FAULT)
        print_double_fault(r);
    panic_end(r);
}

static void print_control_registers(void)
{
    kprintf("cr0 %016lx  cr2 %016lx  cr3 %016lx\n", read_cr0(), read_cr2(), read_cr3());
    kprintf("cr4 %016lx efer %016lx\n", read_cr4(), read_msr(MSR_EFER));
}

void arch_print_registers(const struct arch_registers *r)
{
    if (r != NULL) {
        const struct {
            const char *name;
            uint64_t value;
        } rows[] = {{"rax", r->rax}, {"rbx", r->rbx}, {"rcx", r->rcx},    {"rdx", r->rdx},
                    {"rsi", r->rsi}, {"rdi", r->rdi}, {"rbp", r->rbp},    {"rsp", r->rsp},
                    {"r8 ", r->r8},  {"r9 ", r->r9},  {"r10", r->r10},    {"r11", r->r11},
                    {"r12", r->r12}, {"r13", r->r13}, {"r14", r->r14},    {"r15", r->r15},
                    {"rip", r->rip}, {"cs ", r->cs},  {"flg", r->rflags}, {"ss ", r->ss}};

        for (size_t i = 0; i < BTL_COUNT(rows); i++)
            kprintf("%s %016lx%s", rows[i].name, rows[i].value,
                    i % 3 == 2 || i + 1 == BTL_COUNT(rows) ? "\n" : "  ");
    }
    print_control_registers();
}

// Return the bounds of the stack that holds `address`: the boot stack or one of the interrupt
// stacks.
static bool stack_bounds(uint64_t address, uint64_t *ret_start, uint64_t *ret_end)
{
    const struct btlm_system *system;

    if (interrupt_stack_bounds(address, ret_start, ret_end))
        return true;
    if (!handoff_ready())
        return false;
    system = btl_manifest_system(handoff_manifest());
    *ret_start = system->stack_virtual;
    *ret_end = system->stack_virtual + system->stack_size;
    return address >= *ret_start && address < *ret_end;
}

// Is it the address after a call instruction (E8 rel32, or a form of FF /2) in code that has a
// name?
static bool is_return_address(uint64_t address)
{
    const uint8_t *at = (const uint8_t *)address;

    if (symbol_find(address, true).name.len == 0)
        return false;
    return at[-5] == 0xe8 || (at[-2] == 0xff && (at[-1] & 0xf8) == 0xd0) ||
           (at[-3] == 0xff && (at[-2] & 0xf8) == 0x50) || (at[-6] == 0xff && at[-5] == 0x15);
}

const bool arch_function_descriptors = false;
const struct btl_str arch_unwind_section = {"", 0}; // frame pointers are enough

// Return the caller of an interrupted function without a frame: its return address is on top of the
// stack, and the chain of frames begins with its caller's caller.
static bool frameless_caller(const struct arch_registers *r, uint64_t *ret_address)
{
    uint64_t start, end;

    if (r->rsp % 8 != 0 || !stack_bounds(r->rsp, &start, &end) || r->rsp > end - 8)
        return false;
    *ret_address = *(const uint64_t *)r->rsp;
    return is_return_address(*ret_address);
}

void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context)
{
    uint64_t frame = registers != NULL ? registers->rbp : (uint64_t)__builtin_frame_address(0);
    uint64_t start, end, caller;

    if (registers != NULL && !visit(context, registers->rip))
        return;
    if (registers != NULL && frameless_caller(registers, &caller) && !visit(context, caller))
        return;
    if (!stack_bounds(frame, &start, &end))
        return;
    // Frames ascend strictly, so that a loop in a broken chain ends.
    while (frame % 8 == 0 && frame >= start && frame <= end - 16) {
        const uint64_t *at = (const uint64_t *)frame;
        if (at[1] == 0 || !visit(context, at[1]) || at[0] <= frame)
            return;
        frame = at[0];
    }
}

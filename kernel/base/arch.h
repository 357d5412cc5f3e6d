// SPDX-License-Identifier: BSD-2-Clause
// The functions that each architecture implements in kernel/arch/ARCH/, together with time_ticks(),
// port_in8() … and the mem functions of btl/kernel_exports.def.
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <btl/format.h>
#include <btl/link.h>
#include <btl/types.h>

// --- processor

// Install the kernel's descriptor tables and exception handlers; the first step after the console.
void arch_init(void);
void arch_pause(void); // in a loop that waits
_Noreturn void arch_halt(void);
// Make the instruction cache agree with code that was written to memory.
void arch_sync_code(uint64_t address, uint64_t size);

// --- interrupts

// Interrupts are off from the entry of the kernel on. Slots are the places at which interrupts of
// devices arrive; intr.c hands them out.
#define ARCH_INTR_SLOTS 64

// Switch interrupts off. Return whether they were on.
bool arch_interrupts_off(void);
void arch_interrupts_restore(bool on);
// With interrupts off: let them in, stop the processor until one has been handled, and switch them
// off again. A pending one is not missed.
void arch_interrupts_wait(void);
// Prepare the interrupt controllers and the timer, once, when memory can be mapped. Interrupts stay
// off. From then on intr_dispatch(slot) and timeouts_run() are called with interrupts off. False:
// this machine has none that the kernel can use.
bool arch_interrupts_start(struct btl_out *description);
// Route a line (btl_intr_source), which stays off, to a slot. False: there is no such line.
bool arch_line_route(uint32_t line, bool of_pci, uint32_t slot);
void arch_line_switch(uint32_t line, bool on);
// What a device writes, and where, to interrupt at a slot.
void arch_message(uint32_t slot, uint64_t *ret_address, uint32_t *ret_data);
// Call timeouts_run() after so many ticks of time_ticks(), in place of an earlier request.
void arch_timer_set(uint64_t ticks);

// --- functions

// Size of the descriptor that a pointer to a function points to, aligned to 8; 0: it points to
// code.
extern const size_t arch_descriptor_size;
// Return the address of the function's first instruction.
uint64_t arch_function_entry(uint64_t pointer);

// --- power

// End a virtual machine with an exit status, or the machine through the firmware where that can be
// called at any time. Returns when neither is possible.
void arch_debug_exit(bool good);
// Reset the machine when efi_reset_system() could not. Returns when there is no other way.
void arch_reset(void);

// --- watchdog

struct arch_registers; // an interrupted context, as the exception stub saved it

// Call `expired` after `seconds` unless the watchdog is stopped before: as an interrupt, even with
// interrupts off where the machine can. After `expired` returns, the interrupted code continues or
// the machine stops. Works from phase 1 on, in the loader's address space. False: the machine has
// no timer for this; nothing was changed.
bool arch_watchdog_start(uint32_t seconds, void (*expired)(const struct arch_registers *context));
// Let the watchdog expire `seconds` from now, also when it expired before. Does nothing when no
// watchdog runs.
void arch_watchdog_extend(uint32_t seconds);
// Called by `expired`, once: continue with `next` on a stack of its own, where the watchdog can
// interrupt it. The registers are copied.
_Noreturn void arch_watchdog_leave(const struct arch_registers *context,
                                   void (*next)(const struct arch_registers *context));
// Restore the hardware; does nothing when no watchdog runs. Not for `expired`.
void arch_watchdog_stop(void);

// --- what a panic shows

void arch_print_registers(const struct arch_registers *registers); // NULL: control registers alone
// Call `visit` with the address of each active call, innermost first, from `registers` or, when
// NULL, from the caller, until it returns false. Survives a broken stack.
void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context);

// The section of a module that backtraces need, empty where they need none.
extern const struct btl_str arch_unwind_section;
extern const bool arch_function_descriptors; // a pointer to a function points to its descriptor

// --- stacks

struct arch_range {
    uint64_t virtual, physical, size;
};

// Return a stack that the loader made and the kernel keeps: 0 is the stack, 1 the register stack if
// the processor has one. Unmapped pages surround each. False: there is none of that index.
bool arch_boot_stack(unsigned index, struct arch_range *ret);

// --- address spaces

// Flags of a mapping: BTL_PERM_ mask and a memory type. Write and execute together is refused,
// except with MAP_FIRMWARE (efi_runtime.c says why).
enum { MAP_UNCACHED = 8, MAP_WRITE_COMBINING = 16, MAP_FIRMWARE = 32 };

struct arch_space {
    uint64_t root; // physical
};

// Create an empty space. False: no memory.
bool arch_space_create(struct arch_space *ret_space);
// Create a space that shares the kernel's half with `kernel` and is empty otherwise.
bool arch_space_create_beside(const struct arch_space *kernel, struct arch_space *ret_space);
void arch_space_use(const struct arch_space *space);
// Call `visit` for each page of the space, large or small, as the hardware sees it.
void arch_walk(const struct arch_space *space,
               void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags),
               void *context);

// Do runtime services need a space in which their ranges are mapped one to one (efi_runtime.c)?
extern const bool arch_efi_needs_space;
// Call a function of the firmware with its calling convention. SetVariable has five arguments; no
// function that the kernel calls has more.
uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e);

#endif

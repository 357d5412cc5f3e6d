// SPDX-License-Identifier: BSD-2-Clause
// What an architecture gives the shared kernel. kernel/arch/ARCH/ implements it, together with
// time_ticks(), port_in8() … and the mem functions of btl/kernel_exports.def.
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <btl/link.h>
#include <btl/types.h>

// --- processor

// Own descriptor tables and exception handlers. The first thing after the console.
void arch_init(void);
void arch_pause(void); // in a loop that waits for a device
_Noreturn void arch_halt(void);
// After code has been written to memory, before it runs.
void arch_sync_code(uint64_t address, uint64_t size);

// --- functions

// What a pointer to a function points to: 0, its code; else a descriptor of so many bytes, aligned
// to 8.
extern const size_t arch_descriptor_size;
// Where its code starts.
uint64_t arch_function_entry(uint64_t pointer);

// --- power

// Ends a virtual machine with an exit status where there is a device for that, or the machine
// without one where the firmware can be called at any time; else returns.
void arch_debug_exit(bool good);
// Resets the machine when efi_reset_system() could not; returns where there is no other way.
void arch_reset(void);

// --- watchdog

struct arch_registers; // an interrupted context, as the exception stub saved it

// Calls `expired` when `seconds` have passed and nobody has stopped it: out of whatever is running
// then, even with interrupts off where the machine can. When it returns, that goes on, or the
// machine stops. From phase 1 on, in the loader's address space. False: the machine has nothing for
// this, and all is as it was.
bool arch_watchdog_start(uint32_t seconds, void (*expired)(const struct arch_registers *at));
// It expires when so many seconds have passed from now on, whether it has already or not. Nothing
// when none runs.
void arch_watchdog_extend(uint32_t seconds);
// Out of `expired`: goes on with `next`, on a stack of its own and so that the watchdog can
// interrupt it, too. Once; `at` is copied.
_Noreturn void arch_watchdog_leave(const struct arch_registers *at,
                                   void (*next)(const struct arch_registers *at));
// Leaves the hardware as it was found; nothing when none runs. Not from `expired`.
void arch_watchdog_stop(void);

// --- what a panic shows

void arch_print_registers(const struct arch_registers *registers); // NULL: control registers alone
// Calls `visit` with the address of each active call, innermost first, from `registers` or, when
// NULL, from the caller. Survives a broken stack.
void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context);

// The section of a module that backtraces need, empty where they need none.
extern const struct btl_str arch_unwind_section;

// --- stacks

struct arch_range {
    uint64_t virtual, physical, size;
};

// What the loader gave the kernel to stand on, and what it keeps: 0, the stack; more where a
// processor has more. Unmapped pages lie around each. False: there are no more.
bool arch_boot_stack(unsigned index, struct arch_range *ret);

// --- address spaces

// Flags of a mapping: BTL_PERM_ mask and a memory type. Write and execute together is refused,
// except with MAP_FIRMWARE (efi_runtime.c says why).
enum { MAP_UNCACHED = 8, MAP_WRITE_COMBINING = 16, MAP_FIRMWARE = 32 };

struct arch_space {
    uint64_t root; // physical
};

// An empty space. False: no memory.
bool arch_space_create(struct arch_space *ret_space);
// A space in which the kernel's half is that of `kernel` and the rest is empty.
bool arch_space_create_beside(const struct arch_space *kernel, struct arch_space *ret_space);
void arch_space_use(const struct arch_space *space);
// Addresses and sizes are multiples of the page size. False: no memory for tables; then a part of
// the range may be mapped.
bool arch_map(struct arch_space *space, uint64_t virtual, uint64_t physical, uint64_t size,
              uint32_t flags);
// Changes the permission of what is mapped in a range; splits large pages where it must.
bool arch_protect(struct arch_space *space, uint64_t virtual, uint64_t size, uint32_t flags);
void arch_unmap(struct arch_space *space, uint64_t virtual, uint64_t size);
bool arch_translate(const struct arch_space *space, uint64_t virtual, uint64_t *ret_physical,
                    uint32_t *ret_flags);
// Every mapping of the space, as the hardware sees it: one call per page, large or small.
void arch_walk(const struct arch_space *space,
               void (*visit)(void *context, uint64_t virtual, uint64_t size, uint32_t flags),
               void *context);

// Whether runtime services need a space in which their ranges are mapped one to one
// (efi_runtime.c).
extern const bool arch_efi_needs_space;
// Calls a function of the firmware with its calling convention: SetVariable has five arguments, and
// none that the kernel calls has more.
uint64_t arch_efi_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e);

#endif

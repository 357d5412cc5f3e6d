// SPDX-License-Identifier: BSD-2-Clause
// Interrupts, timeouts, locks, and memory for DMA: what a driver needs beside the functions of
// btl/kernel_exports.def, which has intr_attach(), timeout_add(), lock_acquire(), dma_alloc() …
//
// Phase 1 has no interrupts. From phase 2 on, load functions, unload functions and everything else
// of a module run with interrupts on. A machine may have none (docs/kernel.md): then intr_attach()
// fails with BTL_ENOSYS and the driver polls, and timeouts run while the kernel waits.
//
// Handlers and the functions of timeouts run with interrupts off, and interrupt everything that
// holds no lock. They must be short, and may call only: kprintf() (which prints when the
// interrupted code has finished its line), kpanic(), lock_acquire(), lock_release(), timeout_add(),
// timeout_cancel(), intr_detach(), intr_name(), time_ticks(), port_in8() …, phys_to_virt(),
// btl_format_to(), memcpy() and the like. Memory, attaching and waiting in a handler are a panic
// that names the module; a stub whose first call it is fails with BTL_EBUSY,
// because it would load a module.
#ifndef BTL_INTR_H
#define BTL_INTR_H

#include <btl/types.h>

enum btl_intr_kind {
    BTL_INTR_ISA,     // an interrupt of a PC's ISA bus, edge-triggered, with one handler
    BTL_INTR_PCI,     // a line of the PCI bus, level-triggered, shared by devices
    BTL_INTR_MESSAGE, // the device writes intr_message() to memory (MSI, MSI-X)
};

// Drivers of PCI devices call pci_intr_attach() of modules/pci.h, which fills this in.
struct btl_intr_source {
    enum btl_intr_kind kind;
    uint32_t line;    // 0 to 15: an interrupt of the ISA bus; from 16 on: ACPI's global number
    const char *name; // for messages, copied: "MSI-X of 00:04.0"; NULL: the number of the line
    // Called after the handler is detached, outside of handlers: stop the device from interrupting.
    void (*release)(void *device);
    void *device;
};

#define BTL_INTR_UNCLAIMED_MAX 1000 // interrupts in a row; then a line is switched off

struct btl_intr; // an attached handler

// A handler returns true if its device had raised the interrupt. A line that interrupts
// BTL_INTR_UNCLAIMED_MAX times in a row without that is switched off, with a message, until the
// next handler is attached to it.
typedef bool btl_intr_handler(void *argument);

// A timeout is a variable of the module, zero at first, which must stay until it has run or was
// cancelled.
struct btl_timeout {
    void (*function)(void *argument);
    void *argument;
    uint64_t due; // ticks of time_ticks()
    struct btl_timeout *next;
    bool pending;
};

// What both handlers and other code use is protected by a lock: while code holds one, nothing
// interrupts it. There is one processor, so an acquired lock is free, or the code is wrong. Each of
// these is found and named: a lock that is acquired by the code that holds it, released by code
// that does not hold it, still held when a handler, a load function or an unload function returns;
// a wait with two locks held. A lock must not be held for longer than a handler may run.
//
//     static struct btl_lock lock = BTL_LOCK("edu");
struct btl_lock {
    const char *name;
    const void *holder; // the code that holds it; NULL: it is free
    struct btl_lock *next;
};
#define BTL_LOCK(text)                                                                             \
    {                                                                                              \
        .name = (text)                                                                             \
    }

#endif

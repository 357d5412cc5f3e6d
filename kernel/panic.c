// SPDX-License-Identifier: BSD-2-Clause
#include "panic.h"

#include "dlkm/dlkm.h"
#include "power.h"
#include "symbols.h"

#include <btl/kernel.h>

#define FRAMES_MAX 32

static int depth;

void panic_begin(void)
{
    if (depth++ > 0) {
        if (depth == 2)
            kprintf("\nA second failure while the first was being shown. Stopped.\n");
        power_stop_failed();
    }
    kprintf("\n*** ");
}

struct trace {
    int frame;
    uint64_t last; // address of the frame before, printed
    int repeated;  // how often it came again
};

static void print_repeated(struct trace *trace)
{
    if (trace->repeated > 0)
        kprintf("       ... and %d times more\n", trace->repeated);
    trace->repeated = 0;
}

static bool print_frame(void *context, uint64_t address)
{
    struct trace *trace = context;
    // A return address may be the first byte behind its function.
    const struct symbol at = symbol_find(address, trace->frame > 0);

    if (address == trace->last) {
        trace->repeated++;
        return true;
    }
    print_repeated(trace);
    trace->last = address;
    kprintf("  #%-2d %016lx", trace->frame, (unsigned long)address);
    if (at.name.len > 0)
        kprintf("  %S+0x%lx", &at.name, (unsigned long)at.offset);
    if (at.owner.len > 0)
        kprintf(" [%S]", &at.owner);
    kprintf("\n");
    return ++trace->frame < FRAMES_MAX;
}

void backtrace_print(const struct arch_registers *registers)
{
    struct trace trace = {.frame = registers != NULL ? 0 : 1};

    kprintf("backtrace:\n");
    arch_backtrace(registers, print_frame, &trace);
    print_repeated(&trace);
}

void panic_end(const struct arch_registers *registers)
{
    struct btl_str running = dlkm_running();

    if (running.len > 0)
        kprintf("while the load function of module %S was running\n", &running);
    arch_print_registers(registers);
    backtrace_print(registers);
    kprintf("Stopped.\n");
    power_stop_failed();
}

void kpanic(const char *format, ...)
{
    va_list args;

    panic_begin();
    kprintf("PANIC: ");
    va_start(args, format);
    kvprintf(format, args);
    va_end(args);
    kprintf("\n");
    panic_end(NULL);
}

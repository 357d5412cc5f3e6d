// SPDX-License-Identifier: BSD-2-Clause
#include "failure/panic.h"

#include "base/images.h"
#include "base/lock.h"
#include "base/symbols.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "failure/boot_state.h"
#include "failure/give_up.h"
#include "failure/power.h"
#include "failure/run_record.h"
#include "failure/watchdog.h"

#include <btl/boot_state.h>
#include <btl/kernel.h>

#define FRAMES_MAX 32

static int depth;
static const struct handler *handler; // that was running

// The record of the failure: the backtrace, then the message in one line, since the loader quotes
// the last line.
#define MESSAGE_MAX 320
static char message_text[MESSAGE_MAX], text[BTL_RECORD_TEXT_MAX];
static struct btl_buffer message, record;
static bool recording, recorded;

bool panic_is_active(void)
{
    return depth > 0;
}

// Append the message in one line after the last complete line of the backtrace.
static void panic_append_message(void)
{
    struct btl_str whole = btl_buffer_text(&record), line = btl_buffer_text(&message);

    while (whole.len > 0 && whole.at[whole.len - 1] != '\n')
        whole.len--;
    record.len = whole.len;
    record.size = sizeof(text);
    for (size_t i = 0; i < line.len; i++) {
        bool joins = line.at[i] == '\n' && i + 1 < line.len;
        record.out.put(&record.out, joins ? "; " : &line.at[i], joins ? 2 : 1);
    }
}

// Record the message before anything that may fail is printed. Only once: a failure in here would
// repeat.
static void panic_record_message(void)
{
    console_copy(NULL);
    if (recording)
        return;
    recording = true;
    record = btl_buffer(text, sizeof(text));
    panic_append_message();
    recorded = boot_give_up_record(btl_buffer_text(&record));
}

static _Noreturn void panic_second_failure(void)
{
    if (depth == 2) {
        console_copy(NULL);
        kprintf("\nA second failure while the first one was printed.\n");
        panic_record_message();
    }
    boot_reset_failed();
    if (depth == 2)
        kprintf("Stopped.\n");
    power_stop_failed();
}

void panic_begin(void)
{
    arch_interrupts_off();
    if (handler == NULL)
        handler = handler_abandon();
    if (depth++ > 0)
        panic_second_failure();
    watchdog_time_panic();
    console_print_deferred();
    log_level(BTL_LOG_ERROR);
    kprintf("\n*** ");
    message = btl_buffer(message_text, sizeof(message_text));
    console_copy(&message);
}

struct trace {
    int frame;
    uint64_t last; // address of the frame printed last
    int repeated;  // number of its repetitions
};

static void trace_print_repeated(struct trace *trace)
{
    if (trace->repeated > 0)
        kprintf("       ... and %d times more\n", trace->repeated);
    trace->repeated = 0;
}

static bool trace_print_frame(void *context, uint64_t address)
{
    struct trace *trace = context;
    // A return address may be the first byte after its function.
    const struct symbol at = symbol_find(address, trace->frame > 0);

    if (address == trace->last) {
        trace->repeated++;
        return true;
    }
    trace_print_repeated(trace);
    trace->last = address;
    kprintf("  #%-2d %016lx", trace->frame, address);
    if (at.name.len > 0)
        kprintf("  %pS+0x%lx", &at.name, at.offset);
    if (at.owner.len > 0)
        kprintf(" [%pS]", &at.owner);
    kprintf("\n");
    return ++trace->frame < FRAMES_MAX;
}

void backtrace_print(const struct arch_registers *registers)
{
    struct trace trace = {.frame = registers != NULL ? 0 : 1};

    kprintf("backtrace:\n");
    arch_backtrace(registers, trace_print_frame, &trace);
    trace_print_repeated(&trace);
}

// Say in which handler it has happened.
static void panic_print_handler(void)
{
    struct btl_str name = symbol_owner((uint64_t)(uintptr_t)handler->function);
    bool of_module = image_find((uint64_t)(uintptr_t)handler->function) != NULL;

    kprintf("in %s of %s%pS", handler->kind, of_module ? "module " : "", &name);
    kprintf(handler->name != NULL ? " (%s)\n" : "\n", handler->name);
}

void panic_end(const struct arch_registers *registers)
{
    struct btl_str running = dlkm_running();

    if (handler != NULL)
        panic_print_handler();
    if (running.len > 0)
        kprintf("while the load function of module %pS was running\n", &running);
    panic_record_message();
    arch_print_registers(registers);
    record = btl_buffer(text, sizeof(text) - 2 * MESSAGE_MAX); // "; " is twice as long as a newline
    console_copy(&record);
    backtrace_print(registers);
    console_copy(NULL);
    panic_append_message();
    if (recorded) // again, with the backtrace
        boot_record_failure(btl_buffer_text(&record));
    if (boot_has(BTLM_BOOT_SAVED)) {
        boot_start_vm();
        run_record_write(BTL_RUN_PANIC);
    }
    if (boot_can_fall_back())
        power_report_panic();
    boot_give_up_reset(recorded);
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

// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "base/arch.h"
#include "console/print.h"
#include "vm/kmem.h"
#include "vm/page.h"

static uint8_t *memory;
static struct pfdat *table;
static char printed[1 << 16];
static size_t printed_len;
static char panic_text[512];
static uint64_t fail_in = UINT64_MAX;
static bool failed, fail_for_ever;
static struct btl_buffer *copied;

// The processor of arch/x86_64/cpu.h.
uint64_t cpu_cr0, cpu_cr3, cpu_cr4, cpu_efer, cpu_pat;
bool cpu_has_1g;

jmp_buf host_panic_jump;
bool host_panic_expected;

void host_memory(uint64_t pages)
{
    memory = aligned_alloc(BTL_PAGE_SIZE, pages * BTL_PAGE_SIZE);
    table = calloc(pages, sizeof(*table));
    assert_non_null(memory);
    assert_non_null(table);
    memset(memory, 0xa5, pages * BTL_PAGE_SIZE);
    page_init(table, pages);
    pages_set_owner(0, pages * BTL_PAGE_SIZE, PF_FREE);
    kmem_init();
}

void host_memory_end(void)
{
    free(memory);
    free(table);
}

void *phys_to_virt(uint64_t physical)
{
    return memory + physical;
}

static void put(struct btl_out *out, const char *text, size_t len)
{
    if (len > sizeof(printed) - 1 - printed_len)
        len = sizeof(printed) - 1 - printed_len;
    memcpy(printed + printed_len, text, len);
    printed_len += len;
    printed[printed_len] = '\0';
    if (copied != NULL)
        copied->out.put(&copied->out, text, len);
}

void console_copy(struct btl_buffer *copy)
{
    copied = copy;
}

static struct btl_out out = {.put = put};

struct btl_out console_out(void)
{
    return out;
}

struct btl_out console_echo(void)
{
    return console_out();
}

const char *host_printed(void)
{
    return printed;
}

void host_clear(void)
{
    printed_len = 0;
    printed[0] = '\0';
}

void kvprintf(const char *format, va_list args)
{
    btl_vformat(&out, format, args);
}

void kprintf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    btl_vformat(&out, format, args);
    va_end(args);
}

// test_panic.c has the real one.
__attribute__((weak)) void kpanic(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    btl_vformat_to(panic_text, sizeof(panic_text), format, args);
    va_end(args);
    if (host_panic_expected)
        longjmp(host_panic_jump, 1);
    print_error("unexpected panic: %s\n", panic_text);
    abort();
}

const char *host_panic_text(void)
{
    return panic_text;
}

void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

void host_fail_alloc(uint64_t nth)
{
    fail_in = nth;
    failed = fail_for_ever = false;
}

void host_fail_allocs(void)
{
    host_fail_alloc(0);
    fail_for_ever = true;
}

void host_fail_no_alloc(void)
{
    fail_in = UINT64_MAX;
}

bool host_alloc_failed(void)
{
    return failed;
}

void *__real_kmem_alloc(size_t size);
void *__wrap_kmem_alloc(size_t size);

// The linker replaces kmem_alloc() by this function in every other file.
void *__wrap_kmem_alloc(size_t size)
{
    if (fail_in == 0) {
        fail_in = fail_for_ever ? 0 : UINT64_MAX;
        failed = true;
        return NULL;
    }
    if (fail_in != UINT64_MAX)
        fail_in--;
    return __real_kmem_alloc(size);
}

struct host_interrupts host_interrupts;

bool arch_interrupts_start(struct btl_out *description)
{
    btl_format(description, "of the host");
    return host_interrupts.present;
}

bool arch_interrupts_off(void)
{
    bool on = host_interrupts.on;

    host_interrupts.on = false;
    return on;
}

void arch_interrupts_restore(bool on)
{
    host_interrupts.on = host_interrupts.on || on;
}

void arch_interrupts_wait(void)
{
    assert_false(host_interrupts.on);
    if (host_interrupts.arrives != NULL)
        host_interrupts.arrives();
}

bool arch_line_route(uint32_t line, bool of_pci, uint32_t slot)
{
    return !(host_interrupts.missing >> line & 1);
}

void arch_line_switch(uint32_t line, bool on)
{
    host_interrupts.lines &= ~(1u << line);
    host_interrupts.lines |= (uint32_t)on << line;
}

void arch_message(uint32_t slot, uint64_t *ret_address, uint32_t *ret_data)
{
    *ret_address = 0xfee00000;
    *ret_data = slot;
}

void arch_timer_set(uint64_t ticks)
{
    host_interrupts.timer = ticks;
}

// An interrupt may arrive while the console prints.
void console_print_deferred(void)
{
    if (host_interrupts.on && host_interrupts.arrives != NULL)
        host_interrupts.arrives();
}

int console_read(void)
{
    return -1;
}

uint64_t time_ticks(void)
{
    static uint64_t ticks;

    return ticks += 1000;
}

uint64_t time_ticks_per_second(void)
{
    return 1000000;
}

uint8_t host_ports[65536];

uint8_t port_in8(uint16_t port)
{
    return host_ports[port];
}

uint16_t port_in16(uint16_t port)
{
    uint16_t value;
    memcpy(&value, host_ports + port, sizeof(value));
    return value;
}

uint32_t port_in32(uint16_t port)
{
    uint32_t value;
    memcpy(&value, host_ports + port, sizeof(value));
    return value;
}

void port_out8(uint16_t port, uint8_t value)
{
    host_ports[port] = value;
}

void port_out16(uint16_t port, uint16_t value)
{
    memcpy(host_ports + port, &value, sizeof(value));
}

void port_out32(uint16_t port, uint32_t value)
{
    memcpy(host_ports + port, &value, sizeof(value));
}

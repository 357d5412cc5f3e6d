// SPDX-License-Identifier: BSD-2-Clause
// Start other processors (Intel SDM volume 3, 9.4 and 11.6), and mask the interrupt controllers.
// Boot services have ended; the firmware's page tables, which map memory one to one, are in use.
#include "cpu.h"
#include "x86_64/limine.h"

#include <btl/mem.h>

#define MSR_APIC_BASE   0x1bu
#define APIC_X2APIC     0x400u
#define APIC_ENABLED    0x800u
#define APIC_ADDRESS    0xffffff000ull
#define MSR_X2APIC_ICR  0x830u
#define APIC_ICR_LOW    0x300u
#define APIC_ICR_HIGH   0x310u
#define ICR_PENDING     0x1000u
#define ICR_INIT        0x4500u
#define ICR_STARTUP     0x4600u
#define XAPIC_ID_MAX    254u
#define CPUID_X2APIC    (1u << 21)
#define CR4_AT_ENTRY    0x620u // PAE, OSFXSR, OSXMMEXCPT
#define CR4_LA57        0x1000u
#define DEFAULT_RATE    4000000000ull // ticks per second: waits are too long rather than too short
#define ALIVE_WAIT_US   100000u
#define PIC_MASTER_MASK 0x21u
#define PIC_SLAVE_MASK  0xa1u

static uint64_t msr_read(uint32_t number)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static void msr_write(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(number));
}

static void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static volatile uint32_t *device_register(uint64_t base, uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(base + offset);
}

static void wait_us(const struct processors *processors, uint64_t microseconds)
{
    uint64_t rate = processors->ticks_per_second != 0 ? processors->ticks_per_second : DEFAULT_RATE;
    uint64_t start = cpu_ticks(), ticks = rate / 1000000 * microseconds;
    while (cpu_ticks() - start < ticks)
        __asm__ volatile("pause");
}

// Mask the lines that are delivered as fixed or lowest-priority interrupts.
static void mask_io_apic(uint64_t base)
{
    volatile uint32_t *index = device_register(base, 0), *window = device_register(base, 16);
    *index = 1;
    uint32_t last = *window >> 16 & 0xff;
    for (uint32_t line = 0; line <= last; line++) {
        *index = 0x10 + 2 * line;
        if ((*window >> 8 & 7) <= 1)
            *window = *window | 1u << 16;
    }
}

static void mask_interrupts(const struct btl_limine_machine *machine)
{
    port_write(PIC_MASTER_MASK, 0xff);
    port_write(PIC_SLAVE_MASK, 0xff);
    for (uint32_t i = 0; i < machine->io_apic_count; i++)
        mask_io_apic(machine->io_apics[i]);
}

static bool has_x2apic(void)
{
    uint32_t eax = 1, ebx, ecx = 0, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return (ecx & CPUID_X2APIC) != 0;
}

static void send_command(bool x2apic, uint32_t lapic_id, uint32_t command)
{
    uint64_t base = msr_read(MSR_APIC_BASE) & APIC_ADDRESS;
    if (x2apic) {
        msr_write(MSR_X2APIC_ICR, (uint64_t)lapic_id << 32 | command);
        return;
    }
    *device_register(base, APIC_ICR_HIGH) = lapic_id << 24;
    *device_register(base, APIC_ICR_LOW) = command;
    while ((*device_register(base, APIC_ICR_LOW) & ICR_PENDING) != 0)
        __asm__ volatile("pause");
}

static struct trampoline *trampoline_at(const struct processors *processors)
{
    return (struct trampoline *)(uintptr_t)(processors->trampoline + TRAMPOLINE_PARAMETERS);
}

// Copy the code, and the top table to the next page: a starting processor can use only tables below
// 4 GiB.
static void fill_trampoline(const struct processors *processors)
{
    uint32_t page = (uint32_t)processors->trampoline;
    uint8_t *memory = (uint8_t *)(uintptr_t)processors->trampoline;
    memset(memory, 0, BTL_PAGE_SIZE);
    memcpy(memory, trampoline_code, (size_t)(trampoline_code_end - trampoline_code));
    memcpy(memory + BTL_PAGE_SIZE, (const void *)(uintptr_t)processors->page_table_root,
           BTL_PAGE_SIZE);
    *trampoline_at(processors) = (struct trampoline){
        .root = processors->page_table_root,
        .gdt = processors->gdt,
        .pat = LIMINE_PAT,
        .cr4 = CR4_AT_ENTRY | (processors->five_levels ? CR4_LA57 : 0),
        .x2apic = processors->x2apic,
        .first_root = page + BTL_PAGE_SIZE,
        .jump32 = page + (uint32_t)(trampoline_32 - trampoline_code),
        .selector32 = LIMINE_SELECTOR_32,
        .gdt_limit = LIMINE_GDT_LIMIT,
        .gdt_base = page + (uint32_t)(trampoline_gdt - trampoline_code),
        .jump64 = page + (uint32_t)(trampoline_64 - trampoline_code),
        .selector64 = LIMINE_SELECTOR_CODE,
    };
}

static bool is_alive(const struct processors *processors, uint64_t microseconds)
{
    volatile uint32_t *alive = &trampoline_at(processors)->alive;
    for (uint64_t waited = 0; *alive == 0 && waited < microseconds; waited += 50)
        wait_us(processors, 50);
    return *alive != 0;
}

static bool start_processor(const struct processors *processors, uint32_t index)
{
    uint32_t id = processors->machine->processors[index].lapic_id;
    uint32_t startup = ICR_STARTUP | (uint32_t)(processors->trampoline / BTL_PAGE_SIZE);
    struct trampoline *parameters = trampoline_at(processors);
    if (!processors->x2apic && id > XAPIC_ID_MAX)
        return false;
    parameters->stack =
        processors->direct_map + processors->stacks + (index + 1ull) * processors->stack_size;
    parameters->cpu =
        processors->direct_map + processors->cpus + index * sizeof(struct btl_limine_cpu);
    parameters->alive = 0;
    __asm__ volatile("" : : : "memory");
    send_command(processors->x2apic, id, ICR_INIT);
    wait_us(processors, 10000);
    send_command(processors->x2apic, id, startup);
    if (is_alive(processors, 1000))
        return true;
    send_command(processors->x2apic, id, startup);
    return is_alive(processors, ALIVE_WAIT_US);
}

void cpu_start_processors(struct processors *processors)
{
    uint64_t base = msr_read(MSR_APIC_BASE);
    bool on = (base & APIC_X2APIC) != 0;
    mask_interrupts(processors->machine);
    if (!on && processors->x2apic && has_x2apic()) {
        msr_write(MSR_APIC_BASE, base | APIC_X2APIC | APIC_ENABLED);
        on = true;
    }
    processors->x2apic = on;
    if (processors->trampoline == 0)
        return;
    fill_trampoline(processors);
    for (uint32_t i = 1; i < processors->machine->processor_count; i++)
        processors->started[i] = start_processor(processors, i);
}

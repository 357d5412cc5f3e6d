// SPDX-License-Identifier: BSD-2-Clause
// GDT, TSS and IDT of the one processor.
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/traps.h"

enum { SELECTOR_CODE = 0x08, SELECTOR_DATA = 0x10, SELECTOR_TSS = 0x18 };
// Exceptions that cannot rely on the interrupted stack have stacks of their own. So have
// interrupts, which do not nest.
enum { IST_DOUBLE_FAULT = 1, IST_NMI = 2, IST_MACHINE_CHECK = 3, IST_INTERRUPT = 4, IST_COUNT = 4 };

#define IST_SIZE 32768 // a panic calls the firmware

struct __attribute__((packed)) tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
};
_Static_assert(sizeof(struct tss) == 104, "TSS");

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "IDT gate");

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint64_t base;
};

static uint64_t gdt[5];
static struct tss tss;
static struct gate idt[256];
// The last one is panic_stack_top()'s.
static uint8_t ist_stack[IST_COUNT + 1][IST_SIZE] __attribute__((aligned(16)));

static void load_gdt(void)
{
    uint64_t base = (uint64_t)&tss, limit = sizeof(tss) - 1;

    gdt[1] = 0x00af9b000000ffffull; // 64-bit code, ring 0
    gdt[2] = 0x00cf93000000ffffull; // data
    gdt[3] = limit | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    gdt[4] = base >> 32;

    struct table_register reg = {sizeof(gdt) - 1, (uint64_t)gdt};
    __asm__ volatile("lgdt %0\n\t"
                     "pushq %1\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "movl %2, %%eax\n\t"
                     "movl %%eax, %%ds\n\t"
                     "movl %%eax, %%es\n\t"
                     "movl %%eax, %%ss\n\t"
                     "xorl %%eax, %%eax\n\t"
                     "movl %%eax, %%fs\n\t"
                     "movl %%eax, %%gs"
                     :
                     : "m"(reg), "i"(SELECTOR_CODE), "i"(SELECTOR_DATA)
                     : "rax", "memory");
}

static void load_tss(void)
{
    for (int i = 0; i < IST_COUNT; i++)
        tss.ist[i] = (uint64_t)(ist_stack[i] + IST_SIZE);
    tss.io_map = sizeof(tss);
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
}

static void set_gate(int vector, int ist)
{
    uint64_t handler = (uint64_t)trap_stubs + (uint64_t)vector * TRAP_STUB_SIZE;

    idt[vector] = (struct gate){
        .offset_low = (uint16_t)handler,
        .selector = SELECTOR_CODE,
        .ist = (uint8_t)ist,
        .type = 0x8e, // interrupt gate, present
        .offset_middle = (uint16_t)(handler >> 16),
        .offset_high = (uint32_t)(handler >> 32),
    };
}

static void load_idt(void)
{
    struct table_register reg = {sizeof(idt) - 1, (uint64_t)idt};

    for (int vector = 0; vector < 256; vector++)
        set_gate(vector, vector < TRAP_EXCEPTIONS ? 0 : IST_INTERRUPT);
    set_gate(TRAP_NMI, IST_NMI);
    set_gate(TRAP_DOUBLE_FAULT, IST_DOUBLE_FAULT);
    set_gate(TRAP_MACHINE_CHECK, IST_MACHINE_CHECK);
    __asm__ volatile("lidt %0" : : "m"(reg));
}

void descriptors_init(void)
{
    load_gdt();
    load_tss();
    load_idt();
}

uint64_t panic_stack_top(void)
{
    return (uint64_t)(ist_stack[IST_COUNT] + IST_SIZE);
}

bool interrupt_stack_bounds(uint64_t address, uint64_t *ret_start, uint64_t *ret_end)
{
    uint64_t start = (uint64_t)ist_stack;

    if (address < start || address >= start + sizeof(ist_stack))
        return false;
    *ret_start = start + (address - start) / IST_SIZE * IST_SIZE;
    *ret_end = *ret_start + IST_SIZE;
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// CPUID, CR0, CR4 and the time stamp counter (Intel SDM volume 2, CPUID; AMD APM volume 3, appendix
// E).
#include "cpu.h"
#include "x86_64/vectors.h"

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf)
{
    struct cpuid out;
    __asm__ volatile("cpuid"
                     : "=a"(out.eax), "=b"(out.ebx), "=c"(out.ecx), "=d"(out.edx)
                     : "a"(leaf), "c"(0));
    return out;
}

// Execute CPUID. All zero if the processor does not have the leaf.
static struct cpuid cpuid_checked(uint32_t leaf)
{
    if (cpuid(leaf & 0x80000000).eax < leaf)
        return (struct cpuid){0};
    return cpuid(leaf);
}

struct control_registers cpu_control_registers(void)
{
    struct control_registers registers;
    __asm__ volatile("movq %%cr0, %0" : "=r"(registers.cr0));
    __asm__ volatile("movq %%cr4, %0" : "=r"(registers.cr4));
    return registers;
}

// The id of the local APIC: 32 bits, if the processor says them.
static uint32_t cpu_lapic_id(void)
{
    struct cpuid topology = cpuid_checked(0xb);
    return topology.ebx != 0 ? topology.edx : cpuid(1).ebx >> 24;
}

void cpu_features(struct paging_cpu *ret_cpu)
{
    struct cpuid extended = cpuid_checked(0x80000001), sizes = cpuid_checked(0x80000008);
    uint64_t cr4 = cpu_control_registers().cr4;
    *ret_cpu = (struct paging_cpu){.no_execute = (extended.edx >> 20 & 1) != 0,
                                   .huge_pages = (extended.edx >> 26 & 1) != 0,
                                   .five_levels = (cr4 >> 12 & 1) != 0,
                                   .physical_bits = sizes.eax != 0 ? (uint8_t)sizes.eax : 36,
                                   .lapic_id = cpu_lapic_id()};
}

uint64_t cpu_ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

// Leaf 15h: TSC rate = crystal * ebx / eax. If the crystal's rate is missing (ecx 0), the base
// frequency of leaf 16h is the TSC rate on processors that have both leaves.
uint64_t cpu_ticks_per_second(uint64_t system_table)
{
    struct cpuid ratio = cpuid_checked(0x15), base = cpuid_checked(0x16);
    if (ratio.eax == 0 || ratio.ebx == 0)
        return 0;
    if (ratio.ecx != 0)
        return (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
    return (uint64_t)(base.eax & 0xffff) * 1000000;
}

bool cpu_port_read(uint16_t port, uint32_t width, uint32_t *ret_value)
{
    uint32_t value = 0;
    if (width == 1)
        __asm__ volatile("inb %w1, %b0" : "+a"(value) : "Nd"(port));
    else if (width == 2)
        __asm__ volatile("inw %w1, %w0" : "+a"(value) : "Nd"(port));
    else
        __asm__ volatile("inl %w1, %0" : "+a"(value) : "Nd"(port));
    *ret_value = value;
    return true;
}

bool cpu_port_write(uint16_t port, uint32_t width, uint32_t value)
{
    if (width == 1)
        __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
    else if (width == 2)
        __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
    else
        __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
    return true;
}

// Nothing that was allocated is executed: firmware may map such memory NX.
uint64_t cpu_place_code(const uint8_t *code)
{
    return (uintptr_t)code;
}

void cpu_hand_off(const struct handoff *handoff)
{
    void (*code)(const struct handoff *) =
        (void (*)(const struct handoff *))(uintptr_t)handoff->code;
    code(handoff);
}

// SPDX-License-Identifier: BSD-2-Clause
// The I/O port space: 64 MiB of uncached memory, four ports in each page, so that a page's
// protection covers few of them (Itanium SDM volume 2, 10.7). mf.a: an access has reached the
// device before the next one starts.
#include "arch/ia64/cpu.h"
#include "arch/ia64/firmware.h"

#include <btl/boot.h>
#include <btl/kernel.h>

static uint64_t base; // uncached; 0: unknown, every port reads as all ones

uint64_t port_space(void)
{
    return base & ~BTL_IA64_UNCACHED;
}

void port_init(uint64_t physical)
{
    base = physical != 0 ? BTL_IA64_UNCACHED | physical : 0;
}

static volatile void *port_address(uint16_t port)
{
    return (volatile void *)(base + ((uint64_t)port >> 2 << 12 | (port & 0xfffu)));
}

static void port_wait(void)
{
    __asm__ volatile("mf ;; mf.a ;;" : : : "memory");
}

#define PORT(width)                                                                                \
    uint##width##_t port_in##width(uint16_t port)                                                  \
    {                                                                                              \
        uint##width##_t value = (uint##width##_t) ~0u;                                             \
        uint32_t config;                                                                           \
                                                                                                   \
        if (pci_config_in(port, width / 8, &config))                                               \
            return (uint##width##_t)config;                                                        \
        if (base != 0)                                                                             \
            value = *(volatile uint##width##_t *)port_address(port);                               \
        port_wait();                                                                               \
        return value;                                                                              \
    }                                                                                              \
    void port_out##width(uint16_t port, uint##width##_t value)                                     \
    {                                                                                              \
        if (pci_config_out(port, width / 8, value))                                                \
            return;                                                                                \
        if (base != 0)                                                                             \
            *(volatile uint##width##_t *)port_address(port) = value;                               \
        port_wait();                                                                               \
    }
PORT(8)
PORT(16)
PORT(32)
#undef PORT

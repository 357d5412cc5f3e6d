// SPDX-License-Identifier: BSD-2-Clause
// Functions of the processor. Each architecture has its uefi/ARCH/cpu.c.
#ifndef BTL_EFI_CPU_H
#define BTL_EFI_CPU_H

#include "handoff.h"
#include "paging.h"
#include "processors.h"

void cpu_features(struct paging_cpu *ret_cpu);
uint64_t cpu_ticks(void);
// Return the rate that the processor or the firmware (its EFI system table) states; 0: none.
uint64_t cpu_ticks_per_second(uint64_t system_table);
// Read or write an I/O port of 1, 2 or 4 bytes. False: the machine has no ports.
bool cpu_port_read(uint16_t port, uint32_t width, uint32_t *ret_value);
bool cpu_port_write(uint16_t port, uint32_t width, uint32_t value);
void cpu_start_processors(struct processors *processors); // see struct firmware
uint64_t cpu_place_code(const uint8_t *code);             // see struct firmware
// Jump to the hand-off area, and from there to the kernel. Boot services have ended.
void cpu_hand_off(const struct handoff *handoff);

#endif

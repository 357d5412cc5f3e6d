// SPDX-License-Identifier: BSD-2-Clause
// What is asked of the processor itself; one cpu_ARCH.c for each architecture.
#ifndef BTL_EFI_CPU_H
#define BTL_EFI_CPU_H

#include "handoff.h"
#include "paging.h"

void cpu_features(struct paging_cpu *ret);
uint64_t cpu_ticks(void);
// As the processor states it, or the firmware, whose EFI system table is given; 0: they do not.
uint64_t cpu_ticks_per_second(uint64_t system_table);
// Boot services have ended: into the hand-off area, and from there to the kernel.
void cpu_hand_off(const struct handoff *handoff);

#endif

# SPDX-License-Identifier: BSD-2-Clause
# Flags for x86-64 kernel code: top 2 GiB, no red zone (interrupts use the same stack), no
# vector registers (the kernel does not save them), frame pointers for backtraces.
MODULE_ARCH_FLAGS := -m64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fcf-protection=none
MODULE_CROSS :=

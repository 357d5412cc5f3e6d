# SPDX-License-Identifier: BSD-2-Clause
# Flags for aarch64 kernel code: no floating-point and vector registers (the kernel does not save them), atomics
# without calls into libgcc.
MODULE_ARCH_FLAGS := -mcmodel=small -mgeneral-regs-only -mno-outline-atomics
MODULE_CROSS ?= aarch64-linux-gnu-

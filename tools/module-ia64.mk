# SPDX-License-Identifier: BSD-2-Clause
# Flags for ia64 kernel code: only the lower 32 floating-point registers (libgcc's division needs some),
# and unwind tables for backtraces. Not -mconstant-gp, because each module has its own gp.
MODULE_ARCH_FLAGS := -mfixed-range=f32-f127 -fasynchronous-unwind-tables
MODULE_CROSS ?= $(or $(BTL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/btl)/ia64-gcc-12/bin/ia64-linux-gnu-
# The processor has no integer division: a module contains the functions of libgcc that it needs.
MODULE_ARCH_LIBS = $(shell $(MODULE_CC) -print-libgcc-file-name)

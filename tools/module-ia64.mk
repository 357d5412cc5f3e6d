# SPDX-License-Identifier: BSD-2-Clause
# How ia64 kernel code is compiled: no floating-point registers but the lower 32 (the division of
# libgcc needs some), unwind tables for backtraces. Not with -mconstant-gp: each module has a gp of its own.
MODULE_ARCH_FLAGS := -mfixed-range=f32-f127 -fasynchronous-unwind-tables
MODULE_CROSS ?= $(or $(BTL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/btl)/ia64-gcc-12/bin/ia64-linux-gnu-
# The processor has no integer division: what a module needs of libgcc becomes part of it.
MODULE_ARCH_LIBS = $(shell $(MODULE_CC) -print-libgcc-file-name)

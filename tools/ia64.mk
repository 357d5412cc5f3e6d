# SPDX-License-Identifier: BSD-2-Clause
# The ia64 tool chain, made once into a cache outside the tree (tools/ia64-toolchain.sh, which decides
# where too): make ia64-toolchain. ARCH=ia64 compiles with it.
IA64_TOOLCHAIN := $(or $(BTL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/btl)/ia64-gcc-12
IA64_CROSS := $(IA64_TOOLCHAIN)/bin/ia64-linux-gnu-
IA64_EFI := $(IA64_TOOLCHAIN)/gnu-efi

## Build the ia64 cross compiler into a cache outside the tree.
ia64-toolchain:
	@tools/ia64-toolchain.sh
.PHONY: ia64-toolchain

ifeq ($(ARCH),ia64)
CROSS := $(IA64_CROSS)
# What compiles nothing for ia64, or sees to the tool chain first.
IA64_FREE_GOALS := ia64-toolchain setup test clean help format
ifneq ($(filter-out $(IA64_FREE_GOALS),$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell tools/ia64-toolchain.sh --check >/dev/null || echo no),)
$(error ARCH=ia64 needs the ia64 tool chain, which is not there: make ia64-toolchain)
endif
endif
endif

# SPDX-License-Identifier: BSD-2-Clause
# make ia64-toolchain: make the ia64 tool chain, once, in a cache outside the tree whose place
# tools/ia64-toolchain.sh decides. ARCH=ia64 compiles with this tool chain.
IA64_TOOLCHAIN := $(or $(BTL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/btl)/ia64-gcc-12
IA64_CROSS := $(IA64_TOOLCHAIN)/bin/ia64-linux-gnu-
IA64_EFI := $(IA64_TOOLCHAIN)/gnu-efi

## Build the ia64 cross compiler into a cache outside the tree.
ia64-toolchain:
	@tools/ia64-toolchain.sh
.PHONY: ia64-toolchain

ifeq ($(ARCH),ia64)
CROSS := $(IA64_CROSS)
# Targets that compile nothing for ia64, or that make the tool chain first.
IA64_FREE_GOALS := ia64-toolchain setup test clean help format uninstall
ifneq ($(filter-out $(IA64_FREE_GOALS),$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell tools/ia64-toolchain.sh --check >/dev/null || echo no),)
$(error ARCH=ia64 needs the ia64 tool chain, which is not there: make ia64-toolchain)
endif
endif
endif

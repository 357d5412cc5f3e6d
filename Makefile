# SPDX-License-Identifier: BSD-2-Clause
# BTL: boot-time loading of kernel modules. The two commands of the README:
#   make run    set up, build, make the disk image, boot it in QEMU, land in the kernel's monitor
#   make test   set up, build, run every test; ends with "N passed, N failed"
# Each directory has a fragment of its own (core/core.mk …); nothing here knows a file name.

ARCH ?= x86_64
BUILD ?= build
O := $(BUILD)/$(ARCH)
PYTHON ?= /usr/bin/python3

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

# Diagnostics that every C file of the project is compiled with, by gcc and by clang.
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wvla -Wundef -Wwrite-strings -Wcast-align -Wno-unused-parameter
CSTD := -std=gnu11 -Iinclude -MMD -MP

# What is being made, one line a file; make V=1 shows the commands instead.
BEGIN = @mkdir -p $(@D)
ifneq ($(V),1)
.SILENT:
BEGIN += && printf '  %s\n' $@
endif

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

all: loader kernel modules

-include tools/ia64.mk
include core/core.mk
-include efi/efi.mk
-include kernel/kernel.mk
-include modules/modules.mk
-include tools/tools.mk
-include bench/bench.mk
include tests/tests.mk
-include tools/btl/btl.mk

clean:
	rm -rf $(BUILD)

.PHONY: all clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# SPDX-License-Identifier: BSD-2-Clause
# BTL: boot-time loading of kernel modules. `make help` lists the targets.
# Each directory has its own makefile (core/core.mk …); this one names no source file.

ARCHITECTURES := $(patsubst kernel/arch/%/arch.mk,%,$(wildcard kernel/arch/*/arch.mk))
ARCH ?= x86_64
BUILD ?= build
O := $(BUILD)/$(ARCH)
PYTHON ?= /usr/bin/python3
# Of the loader, the reference kernel and btl.
VERSION := $(shell cat VERSION)

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

# Warnings for every C file of the project, by gcc and by clang.
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wvla -Wundef -Wwrite-strings -Wcast-align -Wno-unused-parameter
CSTD := -std=gnu11 -Iinclude -MMD -MP

# make prints one line for each file that it makes; make V=1 prints the commands.
BEGIN = @mkdir -p $(@D)
ifneq ($(V),1)
.SILENT:
BEGIN += && printf '  %s\n' $@
endif

# $(call kept,FILE,TEXT): FILE, which is written if its content is not TEXT. A target that depends on
# FILE is made again when the text changes: a compiler, its flags, the list of an archive's members.
differ = $(or $(subst x$(1),,x$(2)),$(subst x$(2),,x$(1)))
# (For some files, make 4.3 keeps the last newline in $(file <…): hence the second strip.)
kept = $(1)$(if $(call differ,$(strip $(2)),$(strip $(file <$(1)))),$(shell mkdir -p $(dir $(1)))$(file >$(1),$(strip $(2))))

# Debug information names sources as seen from the tree's root: the bytes of a program do not depend on its place.
PREFIX_MAP := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(BUILD))=build

# $(call compile,OBJECT,SOURCE,COMMAND): a pattern rule for objects.
define compile_rule
$(1): $(2) $(call kept,$(subst %,all,$(1))$(suffix $(2)).flags,$(3))
	$$(BEGIN)
	$(3) $(PREFIX_MAP) -c $$< -o $$@
endef
compile = $(eval $(call compile_rule,$(1),$(2),$(3)))

# $(call archive,FILE,OBJECTS): the rule for a library.
define archive_rule
$(1): $(2) $(call kept,$(1).members,$(2))
	@rm -f $$@
	ar rcsD $$@ $(2)
endef
archive = $(eval $(call archive_rule,$(1),$(2)))

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

## Build the loader, the kernel and the modules.
all: loader kernel modules

-include tools/ia64.mk
-include tools/aarch64.mk
include core/core.mk
-include linux/linux.mk
-include efi/efi.mk
-include kernel/kernel.mk
-include modules/modules.mk
-include tools/tools.mk
-include bench/bench.mk
include tests/tests.mk
-include bench/loader.mk
-include tools/btl/btl.mk
-include tools/install.mk

## Format all C files as .clang-format says (clang-format 14).
format:
	git ls-files -z '*.c' '*.h' | xargs -0 $(or $(shell command -v clang-format-14),clang-format) -i

## Write build/compile_commands.json, which tells clangd and other editors how each file is compiled.
compile-commands:
	@mkdir -p $(BUILD)
	+$(MAKE) -nB V=1 all btl check-programs | awk -v directory='$(CURDIR)' -f tools/compile_commands.awk \
		>$(BUILD)/compile_commands.json

## Remove everything that was built.
clean:
	rm -rf $(BUILD)

## List these targets.
help:
	@awk '/^## / { text = substr($$0, 4); next } \
		text != "" { sub(/:.*/, ""); gsub(/%/, "NAME"); printf "  make %-16s %s\n", $$0, text } { text = "" }' \
		$(filter Makefile %.mk,$(MAKEFILE_LIST))

.PHONY: all format compile-commands clean help
# The folders of other trees (tests/packages/packages.mk, tools/linux.mk) are left out.
-include $(shell find $(BUILD) $(foreach tree,deb packages reproducible linux/system linux/deb,-path $(BUILD)/$(tree) -prune -o) -type f \
	-name "*.d" -print 2>/dev/null)

# SPDX-License-Identifier: BSD-2-Clause
# Build modules, by an installed BTL or by its source tree. A Makefile has three lines:
#
#     MODULES := mine                  # mine.c -> mine.ko
#     BTL_SDK ?= $(shell pkg-config --variable=sdk btl)
#     include $(BTL_SDK)/module.mk
#
# In the source tree BTL_SDK is the folder of this file: make BTL_SDK=/path/to/btl/tools.
# More sources: mine_OBJS := mine.o other.o. The .ko is the file to boot, without debug information; the
# .ko.debug beside it is for gdb. Each .ko is checked like in the loader, and removed if a check fails.
#
# KERNEL=FILE: the kernel that the modules are for. Default: one with the interface of the reference kernel.
# MODULE_PATH=DIR:DIR…: where the modules are that they depend on. Default: this directory, and without KERNEL
# also the reference kernel's modules.

BTL_HERE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# The folder with include/, core/ and modules/: this one if BTL is installed, otherwise the one above.
BTL_ROOT := $(if $(wildcard $(BTL_HERE)/core),$(BTL_HERE),$(patsubst %/,%,$(dir $(BTL_HERE))))

ARCH ?= x86_64
$(if $(wildcard $(BTL_HERE)/module-$(ARCH).mk),,$(error ARCH=$(ARCH) is no architecture of BTL; there are $(patsubst $(BTL_HERE)/module-%.mk,%,$(wildcard $(BTL_HERE)/module-*.mk))))
include $(BTL_HERE)/module-$(ARCH).mk

MODULE_CC ?= $(MODULE_CROSS)$(if $(filter default,$(origin CC)),gcc,$(CC))
MODULE_LD ?= $(MODULE_CROSS)ld
MODULE_OBJCOPY ?= $(MODULE_CROSS)objcopy
MODULE_WARN ?= -Wall -Wextra -Wno-unused-parameter
MODULE_FLAGS = -std=gnu11 $(MODULE_WARN) -O2 -g -ffreestanding -fno-pic -fno-common \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
	$(MODULE_ARCH_FLAGS) -I$(BTL_ROOT)/include -I$(BTL_ROOT)/modules -MMD -MP

# $(call module_link,OBJECTS,MODULE.ko)
define module_link
$(MODULE_LD) -r $(1) $(MODULE_ARCH_LIBS) -o $(2).debug
$(MODULE_OBJCOPY) --strip-debug $(2).debug $(2)
endef

ifdef MODULES
all: $(MODULES:%=%.ko)

ifneq ($(wildcard $(BTL_ROOT)/Makefile),)
BTL_PROGRAM ?= $(BTL_ROOT)/build/host/btl
BTL_REFERENCE := $(BTL_ROOT)/build/$(ARCH)/modules
$(BTL_PROGRAM):
	$(MAKE) -C $(BTL_ROOT) btl
else
BTL_PROGRAM ?= $(BTL_ROOT)/../../bin/btl
BTL_REFERENCE := $(BTL_ROOT)/../../lib/btl/$(ARCH)/modules
endif
MODULE_PATH ?= .$(if $(KERNEL),,:$(BTL_REFERENCE))
MODULE_CHECK = $(BTL_PROGRAM) check --machine $(subst _,-,$(ARCH)) --module $(if $(KERNEL),--kernel $(KERNEL)) \
	-L $(MODULE_PATH)

$(foreach module,$(MODULES),$(eval $(module)_OBJS ?= $(module).o))
MODULE_OBJS := $(sort $(foreach module,$(MODULES),$($(module)_OBJS)))
$(MODULE_OBJS): %.o: %.c
	$(MODULE_CC) $(MODULE_FLAGS) -c $< -o $@

# All modules are linked before one of them is checked: the checker looks for those that a module depends on. One rule
# makes all of them (&:), for a parallel make.
define module_link_line
	$(call module_link,$($(1)_OBJS),$(1).ko)

endef
$(MODULES:%=%.ko) &: $(MODULE_OBJS) $(KERNEL) | $(BTL_PROGRAM)
	$(foreach module,$(MODULES),$(call module_link_line,$(module)))
	$(MODULE_CHECK) $(MODULES:%=%.ko) || { rm -f $(MODULES:%=%.ko); false; }

clean: clean-modules
clean-modules:
	rm -f $(MODULE_OBJS) $(MODULE_OBJS:.o=.d) $(MODULES:%=%.ko) $(MODULES:%=%.ko.debug)

.DELETE_ON_ERROR:
.PHONY: all clean clean-modules
-include $(MODULE_OBJS:.o=.d)
endif

# SPDX-License-Identifier: BSD-2-Clause
# Build modules, in the BTL tree and outside it. Outside, a Makefile has two lines:
#
#     MODULES := mine                  # mine.c -> mine.ko
#     include $(BTL)/tools/module.mk
#
# and   make -C DIR BTL=/path/to/btl.   More sources: mine_OBJS := mine.o other.o
# The .ko is the file to boot, without debug information; the .ko.debug beside it is for gdb. Each .ko is
# checked like in the loader, and removed if a check fails.

ARCH ?= x86_64
$(if $(wildcard $(BTL)/tools/module-$(ARCH).mk),,$(error ARCH=$(ARCH) is no architecture of BTL; there are x86_64 and ia64))
include $(BTL)/tools/module-$(ARCH).mk

MODULE_CC ?= $(MODULE_CROSS)$(CC)
MODULE_LD ?= $(MODULE_CROSS)ld
MODULE_OBJCOPY ?= $(MODULE_CROSS)objcopy
MODULE_WARN ?= -Wall -Wextra -Wno-unused-parameter
MODULE_FLAGS = -std=gnu11 $(MODULE_WARN) -O2 -g -ffreestanding -fno-pic -fno-common \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
	$(MODULE_ARCH_FLAGS) -I$(BTL)/include -I$(BTL)/modules -MMD -MP

# $(call module_link,OBJECTS,MODULE.ko)
define module_link
$(MODULE_LD) -r $(1) $(MODULE_ARCH_LIBS) -o $(2).debug
$(MODULE_OBJCOPY) --strip-debug $(2).debug $(2)
endef

ifdef MODULES
BTL_PROGRAM := $(BTL)/build/host/btl

all: $(MODULES:%=%.ko)

$(BTL_PROGRAM):
	$(MAKE) -C $(BTL) btl

%.o: %.c
	$(MODULE_CC) $(MODULE_FLAGS) -c $< -o $@

define module_rule
$(1)_OBJS ?= $(1).o
$(1).ko: $$($(1)_OBJS) | $(BTL_PROGRAM)
	$$(call module_link,$$($(1)_OBJS),$$@)
	$(BTL_PROGRAM) check --machine $(subst _,-,$(ARCH)) --module -L .:$(BTL)/build/$(ARCH)/modules $$@
endef
$(foreach module,$(MODULES),$(eval $(call module_rule,$(module))))

clean:
	rm -f $(foreach module,$(MODULES),$($(module)_OBJS) $($(module)_OBJS:.o=.d) $(module).ko $(module).ko.debug)

.DELETE_ON_ERROR:
.PHONY: all clean
-include $(foreach module,$(MODULES),$($(module)_OBJS:.o=.d))
endif

# SPDX-License-Identifier: BSD-2-Clause
# modules/NAME.c -> $(O)/modules/NAME.ko. Headers here are the interfaces between modules.
BTL := .
MODULE_WARN := $(WARN)
include tools/module.mk

MODULE_NAMES := $(sort $(patsubst modules/%.c,%,$(wildcard modules/*.c)))
MODULE_KO := $(MODULE_NAMES:%=$(O)/modules/%.ko)

$(call compile,$(O)/modules/%.o,modules/%.c,$(MODULE_CC) $(MODULE_FLAGS))
$(O)/modules/%.ko: $(O)/modules/%.o
	$(call module_link,$^,$@)

# More sources of a module, in directories of modules/; CORE is that part of core/ it uses, which
# `ld -r` takes out of the archive object by object.
CORE := $(O)/module/libbtl.a
$(call core_variant,$(ARCH)/module,$(MODULE_CC),$(MODULE_FLAGS))
$(O)/modules/virtio_blk.ko: $(O)/modules/virtio/device.o $(O)/modules/virtio/queue.o
$(O)/modules/gpt.ko: $(O)/modules/heap/heap.o $(CORE)
$(O)/modules/fatfs.ko: $(O)/modules/heap/heap.o $(CORE)

# What the loader could not load does not leave the build.
$(O)/modules/checked: $(MODULE_KO) $(BUILD)/host/btl
	$(BUILD)/host/btl check --machine $(subst _,-,$(ARCH)) --module $(MODULE_KO)
	@touch $@

modules: $(O)/modules/checked
.PRECIOUS: $(O)/modules/%.o
.PHONY: modules

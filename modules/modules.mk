# SPDX-License-Identifier: BSD-2-Clause
# modules/NAME.c -> $(O)/modules/NAME.ko. The headers of this folder are the interfaces between modules.
MODULE_WARN := $(WARN)
include tools/module.mk

MODULE_NAMES := $(sort $(patsubst modules/%.c,%,$(wildcard modules/*.c)))
MODULE_KO := $(MODULE_NAMES:%=$(O)/modules/%.ko)

$(call compile,$(O)/modules/%.o,modules/%.c,$(MODULE_CC) $(MODULE_FLAGS))
$(O)/modules/%.ko: $(O)/modules/%.o
	$(call module_link,$^,$@)

# Modules with more sources, in directories of modules/. CORE: the archive of core/, from which `ld -r`
# takes the objects that a module uses.
CORE := $(O)/module/libbtl.a
$(call core_variant,$(ARCH)/module,$(MODULE_CC),$(MODULE_FLAGS))
$(O)/modules/virtio_blk.ko: $(O)/modules/virtio/device.o $(O)/modules/virtio/queue.o
$(O)/modules/pci.ko: $(O)/modules/pci/interrupt.o
$(O)/modules/kbd.ko: $(O)/modules/kbd/keymap.o $(CORE)
$(O)/modules/hostfs.ko: $(O)/modules/hostfs/ninep.o $(O)/modules/virtio/device.o $(O)/modules/virtio/queue.o $(CORE)
$(O)/modules/gpt.ko: $(O)/modules/heap/heap.o $(CORE)
$(O)/modules/fatfs.ko: $(O)/modules/heap/heap.o $(CORE)

# A module that the loader would reject fails the build.
$(O)/modules/checked: $(MODULE_KO) $(BUILD)/host/btl
	$(BUILD)/host/btl check --machine $(subst _,-,$(ARCH)) --module $(MODULE_KO)
	@touch $@

modules: $(O)/modules/checked
.PRECIOUS: $(O)/modules/%.o
.PHONY: modules

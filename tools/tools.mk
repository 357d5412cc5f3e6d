# SPDX-License-Identifier: BSD-2-Clause
# Set-up, disk image, running it.

# The table of what modules may call; tests/docs compares it.
$(BUILD)/host/tools/kernel_api: tools/kernel_api.c $(BUILD)/host/libbtl.a
	$(BEGIN)
	gcc $(CSTD) $(WARN) -O2 -g $< $(BUILD)/host/libbtl.a -o $@
kernel-api: $(BUILD)/host/tools/kernel_api
	$< > docs/kernel-api.md

PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

SETUP_RUN_x86_64 := run
SETUP_RUN_ia64 := build

# Packages first, then a make of its own, so that nothing is looked up before they are there.
setup:
	@tools/setup.sh
run:
	@ARCH=$(ARCH) tools/qemu.sh
	@tools/setup.sh $(SETUP_RUN_$(ARCH))
	@$(MAKE) --no-print-directory $(PARALLEL) image
	@ARCH=$(ARCH) O=$(O) tools/run.sh
debug:
	@[ $(ARCH) = x86_64 ] || { echo "make debug is for x86_64 alone" >&2; false; }
	@tools/setup.sh debug
	@$(MAKE) --no-print-directory $(PARALLEL) image $(BUILD)/host/btl
	@O=$(O) tools/debug.sh
test:
	@tools/setup.sh test
	@ARCH=$(ARCH) O=$(O) BUILD=$(BUILD) $(PYTHON) tests/run.py

# All programs of the host tests, to be built at once (the variables are those of tests/tests.mk).
test-programs:
	+$(MAKE) --no-print-directory $(foreach c,gcc clang,$(UNIT:%=$(BUILD)/test-$(c)/unit/%)) $(FUZZ:%=$(BUILD)/fuzz/bin/%)

# loader.conf, and what is different on the machine of the architecture: the last assignment wins.
$(O)/loader.conf: loader.conf $(wildcard tools/loader-$(ARCH).conf)
	$(BEGIN)
	cat $^ > $@

image: $(O)/btl.img
$(O)/btl.img: tools/mkimage.sh $(O)/loader.conf $(EFI_IMAGE) $(O)/kernel/kernel.elf $(O)/modules/checked
	tools/mkimage.sh $@ EFI/BOOT/$(notdir $(EFI_IMAGE))=$(EFI_IMAGE) loader.conf=$(O)/loader.conf \
		kernel/kernel.elf=$(O)/kernel/kernel.elf $(foreach ko,$(MODULE_KO),modules/$(notdir $(ko))=$(ko))

include tests/boot/boot.mk

.PHONY: kernel-api setup run debug test test-programs image

# SPDX-License-Identifier: BSD-2-Clause
# Set-up, disk image, boot.

$(BUILD)/host/tools/kernel_api: tools/kernel_api.c $(BUILD)/host/libbtl.a
	$(BEGIN)
	gcc $(CSTD) $(WARN) -O2 -g $< $(BUILD)/host/libbtl.a -o $@
## Write docs/kernel-api.md, the table of the functions that modules may call.
kernel-api: $(BUILD)/host/tools/kernel_api
	$< > docs/kernel-api.md

PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

SETUP_RUN_x86_64 := run
SETUP_RUN_ia64 := build

# Each target installs its packages first, and then runs another make, which finds the new programs.

## Install the Debian packages that all tests need.
setup:
	@tools/setup.sh
## Build, make a disk image and boot it in QEMU: ends in the kernel's monitor. FRESH=1: a new machine; SHARE=DIR: as host:/.
run:
	@ARCH=$(ARCH) tools/qemu.sh
	@tools/setup.sh $(SETUP_RUN_$(ARCH))
	@$(if $(FRESH),rm -f $(O)/btl.img $(O)/vars.fd)
	@[ -e $(O)/kernel/kernel.elf ] || echo "run: the first build takes about two minutes on two processors"
	@$(MAKE) --no-print-directory $(PARALLEL) image
	@ARCH=$(ARCH) O=$(O) tools/run.sh
## As run, but the machine waits for gdb.
debug:
	@[ $(ARCH) = x86_64 ] || { echo "make debug is for x86_64 alone" >&2; false; }
	@tools/setup.sh debug
	@$(MAKE) --no-print-directory $(PARALLEL) image $(BUILD)/host/btl
	@O=$(O) tools/debug.sh
## Run the tests that need no machine, by one compiler: under a minute.
check:
	@ARCH=$(ARCH) O=$(O) BUILD=$(BUILD) $(PYTHON) tests/run.py --check
## Run every test: both compilers, fuzzers, boots in QEMU. Ends with "N passed, N failed".
test:
	@tools/setup.sh test
	@ARCH=$(ARCH) O=$(O) BUILD=$(BUILD) $(PYTHON) tests/run.py

## Build the Debian packages of the commit HEAD in build/deb.
deb:
	@tools/setup.sh deb
	@tools/deb.sh $(BUILD)/deb

# loader.conf, with the differences for the machine of the architecture: the last assignment wins.
$(O)/loader.conf: loader.conf $(wildcard tools/loader-$(ARCH).conf)
	$(BEGIN)
	cat $^ > $@

# `hangs` is a module of the tests, for docs/trials.md: no line of loader.conf loads it.
## Make the disk image for make run.
image: $(O)/btl.img
$(O)/btl.img: tools/mkimage.sh $(O)/loader.conf $(EFI_IMAGE) $(O)/kernel/kernel.elf $(O)/modules/checked \
		$(O)/testmodules/hangs.ko
	@[ ! -e $@ ] || echo "image: the build has changed: $@ is made again, without what a machine or btl wrote to it"
	tools/mkimage.sh $@ EFI/BOOT/$(notdir $(EFI_IMAGE))=$(EFI_IMAGE) loader.conf=$(O)/loader.conf \
		kernel/kernel.elf=$(O)/kernel/kernel.elf modules/hangs.ko=$(O)/testmodules/hangs.ko \
		$(foreach ko,$(MODULE_KO),modules/$(notdir $(ko))=$(ko))

include tools/linux.mk
include tests/boot/boot.mk

.PHONY: kernel-api setup run debug check test deb image

# SPDX-License-Identifier: BSD-2-Clause
# Debian's kernel for cloud machines as a kernel of BTL: its package is unpacked in $(LINUX), and is not installed.
LINUX := $(BUILD)/linux

# The modules that linux/loader.conf loads.
LINUX_MODULES = $(shell sed -n 's/^\([a-z0-9_]*\)_load="YES".*/\1/p' linux/loader.conf)

$(LINUX)/unpacked: tools/linux-packages.sh
	$(BEGIN)
	tools/linux-packages.sh $(LINUX) busybox-static linux-image-cloud-amd64
	touch $@
$(LINUX)/cloud/release: $(LINUX)/unpacked tools/linux-files.sh linux/loader.conf
	tools/linux-files.sh $(LINUX)/system cloud-amd64 $(LINUX)/cloud $(LINUX_MODULES) $(LINUX_TEST_MODULES)

# btl for the initrd, which has no libraries.
$(LINUX)/btl: $(BUILD)/host/btl
	$(BEGIN)
	gcc -static -s $(addprefix $(BUILD)/host/btl-o/,$(BTL_OBJ)) $(BUILD)/host/libbtl.a -pthread -lm -o $@
$(LINUX)/base.img: tools/linux-initrd.sh linux/shell/init $(LINUX)/unpacked $(LINUX)/btl
	$(BEGIN)
	tools/linux-initrd.sh $(LINUX)/system/bin/busybox $@ init=linux/shell/init bin/busybox=$(LINUX)/system/bin/busybox \
		bin/btl=$(LINUX)/btl
linux-files: $(LINUX)/cloud/release $(LINUX)/base.img

# On a terminal, the disk and the variables stay, as those of make run.
$(LINUX)/linux.img: tools/mkimage.sh linux/loader.conf $(EFI_IMAGE) $(LINUX)/cloud/release $(LINUX)/base.img
	$(BEGIN)
	tools/mkimage.sh $@ EFI/BOOT/$(notdir $(EFI_IMAGE))=$(EFI_IMAGE) loader.conf=linux/loader.conf \
		linux/vmlinuz=$(LINUX)/cloud/vmlinuz linux/modules.builtin=$(LINUX)/cloud/modules.builtin \
		linux/base.img=$(LINUX)/base.img \
		$$(for file in $(LINUX)/cloud/modules/*.ko; do echo "linux/modules/$${file##*/}=$$file"; done)
linux-image: $(LINUX)/linux.img

## Boot Debian's kernel in QEMU, with the disk driver that linux/loader.conf names: ends in a shell.
run-linux:
	@[ $(ARCH) = x86_64 ] || { echo "make run-linux is for x86_64 alone" >&2; false; }
	@tools/setup.sh run
	@$(if $(FRESH),rm -f $(LINUX)/linux.img $(LINUX)/vars.fd)
	@$(MAKE) --no-print-directory $(PARALLEL) linux-image
	@O=$(O) LINUX=$(LINUX) tools/run-linux.sh
.PHONY: linux-files linux-image run-linux

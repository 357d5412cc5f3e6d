# /btl/init, the first program of a Linux system that the loader has given modules: $(O)/linux/init.
# It has no libc. An architecture is a folder of linux/init/ with its system calls.
LINUX_OUT := $(O)/linux
LINUX_INIT := $(if $(wildcard linux/init/$(ARCH)),$(LINUX_OUT)/init)
LINUX_C := $(sort $(wildcard linux/init/*.c linux/init/$(ARCH)/*.c))
LINUX_S := $(sort $(wildcard linux/init/$(ARCH)/*.S))
# Of core/: the reader of /btl/order, and the checksum of BtlFailed.
LINUX_CORE := base/crc32 base/str linux/linux_order
LINUX_FLAGS := -Os -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common \
	-fomit-frame-pointer -ffunction-sections -fdata-sections -fno-tree-loop-distribute-patterns
LINUX_FLAGS_x86_64 := -mno-red-zone -mgeneral-regs-only
LINUX_CC := $(CROSS)gcc

ifneq ($(LINUX_INIT),)
$(call compile,$(LINUX_OUT)/core/%.o,core/%.c,$(LINUX_CC) $(CORE_FLAGS) $(LINUX_FLAGS) $(LINUX_FLAGS_$(ARCH)))
$(call compile,$(LINUX_OUT)/%.o,linux/init/%.c,$(LINUX_CC) $(CSTD) $(WARN) $(LINUX_FLAGS) $(LINUX_FLAGS_$(ARCH)))
$(call compile,$(LINUX_OUT)/%.o,linux/init/%.S,$(LINUX_CC) -g0)
LINUX_OBJ := $(patsubst linux/init/%,$(LINUX_OUT)/%.o,$(basename $(LINUX_C) $(LINUX_S))) $(LINUX_CORE:%=$(LINUX_OUT)/core/%.o)
LINUX_LINK := $(LINUX_CC) -static -nostdlib -no-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,norelro \
	-Wl,-z,noseparate-code -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments

# Without symbols: the file is part of the loader.
$(LINUX_INIT): $(LINUX_OBJ) $(call kept,$(LINUX_OUT)/init.parts,$(LINUX_LINK) $(LINUX_OBJ))
	$(LINUX_LINK) $(LINUX_OBJ) -o $@.elf
	$(CROSS)strip -s -R .comment -R '.note*' -o $@ $@.elf
endif

## Build /btl/init for Linux kernels: build/ARCH/linux/init.
linux-init: $(LINUX_INIT)
.PHONY: linux-init

# The reference kernel: $(O)/kernel/kernel.elf, with its symbols.
# Shared files compile for every architecture; files of one architecture are in kernel/arch/$(ARCH)/.
# Layers: a folder includes its own headers and those of folders to its left.
#   base < console, vm < intr < firmware, dlkm < device, failure < monitor < kernel/*.c
# arch/ARCH implements base/arch.h for all of them, and includes base, vm, intr, firmware and failure.
KERNEL_OUT := $(O)/kernel
KERNEL_VERSION := $(VERSION)
CROSS ?=
KERNEL_CC ?= $(CROSS)$(CC)
-include kernel/arch/$(ARCH)/arch.mk

KERNEL_FLAGS := -ffreestanding -fno-common -fno-stack-protector -fno-omit-frame-pointer -O2 -g \
	$(ARCH_KERNEL_FLAGS)
KERNEL_C := $(sort $(filter-out kernel/arch/%,$(wildcard kernel/*.c kernel/*/*.c)) $(wildcard kernel/arch/$(ARCH)/*.c))
KERNEL_S := kernel/console/font.S $(sort $(wildcard kernel/arch/$(ARCH)/*.S))
KERNEL_OBJ := $(KERNEL_C:%.c=$(KERNEL_OUT)/%.o) $(KERNEL_S:%.S=$(KERNEL_OUT)/%.o)
KERNEL_LD := kernel/arch/$(ARCH)/kernel.ld

$(call core_variant,$(ARCH)/kernel,$(KERNEL_CC),$(KERNEL_FLAGS))

# The console font is a file of Debian's package psf-unifont.
KERNEL_FONT ?= /usr/share/consolefonts/Unifont-APL8x16.psf.gz
$(KERNEL_FONT):
	@echo "the kernel's console font is missing: apt-get install psf-unifont" >&2; false
$(KERNEL_OUT)/font.psf: $(KERNEL_FONT)
	$(BEGIN)
	gzip -dc $< > $@
$(KERNEL_OUT)/kernel/console/font.o: kernel/console/font.S $(KERNEL_OUT)/font.psf
	$(BEGIN)
	$(KERNEL_CC) $(ARCH_KERNEL_FLAGS) -I$(KERNEL_OUT) -c $< -o $@

$(call compile,$(KERNEL_OUT)/kernel/%.o,kernel/%.c,$(KERNEL_CC) $(CSTD) $(WARN) $(KERNEL_FLAGS) -Ikernel \
	-DKERNEL_VERSION='"$(KERNEL_VERSION)"')
$(call compile,$(KERNEL_OUT)/kernel/%.o,kernel/%.S,$(KERNEL_CC) $(ARCH_KERNEL_FLAGS) -g)

KERNEL_LINK := $(KERNEL_CC) $(ARCH_KERNEL_FLAGS) -nostdlib -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096 -Wl,-z,separate-code -Wl,--fatal-warnings

# How the file is linked, with these static modules. The script knows the symbols of options before it.
kernel_linkage = $(if $(strip $(1)),$(ARCH_KERNEL_LINK_STATIC),$(ARCH_KERNEL_LINK)) -T $(KERNEL_LD)

# $(call kernel_file,FOLDER,MODULES): FOLDER/kernel.elf with these modules of modules/ linked into it.
define kernel_file_rule
$(1)/static/%.o: $(O)/modules/%.ko $(O)/modules/checked kernel/dlkm/static_entry.S tools/static-module.sh \
		$(call kept,$(1)/static/modules,$(2))
	$$(BEGIN)
	$(KERNEL_CC) $(ARCH_KERNEL_FLAGS) -DSTATIC_MODULE='"$$*"' -c kernel/dlkm/static_entry.S -o $$@.entry
	LD=$(CROSS)ld OBJCOPY=$(CROSS)objcopy tools/static-module.sh $$* $(O)/modules/$$*.ko.debug $$@.entry $$@ "$(2)"
	rm -f $$@.entry
$(1)/kernel.elf: $(KERNEL_OBJ) $(2:%=$(1)/static/%.o) $(KERNEL_OUT)/libbtl.a $(KERNEL_LD) \
		$(call kept,$(1)/kernel.parts,$(KERNEL_LINK) $(call kernel_linkage,$(2)) $(KERNEL_OBJ) $(2))
	$(KERNEL_LINK) $(call kernel_linkage,$(2)) $(KERNEL_OBJ) $(2:%=$(1)/static/%.o) $(KERNEL_OUT)/libbtl.a \
		$(ARCH_KERNEL_LIBS) -o $$@
endef
kernel_file = $(eval $(call kernel_file_rule,$(1),$(2)))

# make STATIC="ring clock": these modules are in the kernel's file.
STATIC ?=
$(foreach name,$(STATIC),$(if $(wildcard modules/$(name).c),,$(error STATIC: there is no module "$(name)", for \
	there is no file modules/$(name).c)))
KERNEL_FILE ?= $(KERNEL_OUT)
$(call kernel_file,$(KERNEL_FILE),$(STATIC))

kernel: $(KERNEL_OUT)/kernel.elf
.PHONY: kernel

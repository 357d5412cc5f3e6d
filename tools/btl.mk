# SPDX-License-Identifier: BSD-2-Clause
# For the Makefile of a kernel: core/ of BTL as a library, compiled by the kernel's compiler with its flags.
#
#     BTL_SDK ?= $(shell pkg-config --variable=sdk btl)
#     include $(BTL_SDK)/btl.mk
#
#     %.o: %.c
#             $(BTL_CC) $(BTL_CFLAGS) -c $< -o $@
#     kernel.elf: kernel.o $(BTL_LIB)
#             $(LD) $(BTL_LDFLAGS) $^ -o $@
#
# In the source tree BTL_SDK is the folder of this file. What the Makefile may set before the include:
#
#     ARCH           x86_64 (default) or ia64
#     BTL_CC         the compiler; default: gcc, or the CC that was set
#     BTL_CFLAGS     all flags of the kernel, if those below do not fit; -I$(BTL_INCLUDE) must be among them
#     BTL_OUT        the folder for objects and BTL_LIB; default: btl, below the current one
#
# It gives: BTL_CFLAGS, BTL_LDFLAGS, BTL_LIB; BTL_LOADER, the EFI application.
#
# core/ calls memcpy, memmove, memset and memcmp, and nothing else. A kernel has all four of its own, or it takes those
# in BTL_LIB.
# Another build system compiles each core/*/*.c of the SDK with the kernel's flags and -Iinclude, and makes an
# archive of the objects; no file is generated, and no file needs a flag of its own.

BTL_GOAL := $(.DEFAULT_GOAL)
BTL_HERE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# The folder with include/ and core/: this one if BTL is installed, otherwise the one above.
BTL_ROOT := $(if $(wildcard $(BTL_HERE)/core),$(BTL_HERE),$(patsubst %/,%,$(dir $(BTL_HERE))))
BTL_INCLUDE := $(BTL_ROOT)/include

ARCH ?= x86_64
# Where BTL has no kernel, it has no link script and no memcpy.
$(if $(wildcard $(BTL_ROOT)/kernel-$(ARCH).ld $(BTL_ROOT)/kernel/arch/$(ARCH)/kernel.ld),,$(error \
	ARCH=$(ARCH) is no architecture of BTL for a kernel; there are x86_64 and ia64))
include $(BTL_HERE)/module-$(ARCH).mk

BTL_LOADER_x86_64 := BOOTX64.EFI
BTL_LOADER_ia64 := BOOTIA64.EFI
BTL_LOADER := $(if $(wildcard $(BTL_HERE)/core),$(BTL_ROOT)/../../lib/btl/efi,$(BTL_ROOT)/build/$(ARCH)/efi)/$(BTL_LOADER_$(ARCH))

BTL_CC ?= $(MODULE_CROSS)$(if $(filter default,$(origin CC)),gcc,$(CC))
BTL_OUT ?= btl
BTL_LIB := $(BTL_OUT)/libbtl.a
# Of a kernel: freestanding, at a fixed address, with the processor state that docs/boot-protocol-ARCH.md gives. GCC
# would make a call of memcpy of the loop in memcpy without the last of them, which clang does not know.
BTL_CFLAGS ?= -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-common -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-omit-frame-pointer $(MODULE_ARCH_FLAGS) -I$(BTL_INCLUDE) \
	$(if $(findstring clang,$(BTL_CC)),,-fno-tree-loop-distribute-patterns)
# The link script is the reference kernel's. Its entry point is _start.
BTL_LDSCRIPT := $(firstword $(wildcard $(BTL_ROOT)/kernel-$(ARCH).ld $(BTL_ROOT)/kernel/arch/$(ARCH)/kernel.ld))
BTL_LDFLAGS := -static -z max-page-size=4096 -z separate-code -z noexecstack -T $(BTL_LDSCRIPT)

# Other flags make the objects again.
BTL_FLAGS_FILE := $(BTL_OUT)/flags
ifneq ($(strip $(file <$(BTL_FLAGS_FILE))),$(strip $(BTL_CC) $(BTL_CFLAGS)))
$(shell mkdir -p $(BTL_OUT))$(file >$(BTL_FLAGS_FILE),$(BTL_CC) $(BTL_CFLAGS))
endif

BTL_CORE_OBJ := $(patsubst $(BTL_ROOT)/core/%.c,$(BTL_OUT)/%.o,$(wildcard $(BTL_ROOT)/core/*/*.c))
$(BTL_CORE_OBJ): $(BTL_OUT)/%.o: $(BTL_ROOT)/core/%.c $(BTL_FLAGS_FILE)
	@mkdir -p $(@D)
	$(BTL_CC) $(BTL_CFLAGS) -MMD -MP -c $< -o $@
# memcpy and the like, of the reference kernel.
$(BTL_OUT)/mem.o: $(firstword $(wildcard $(BTL_ROOT)/mem-$(ARCH).c $(BTL_ROOT)/kernel/arch/$(ARCH)/mem.c)) $(BTL_FLAGS_FILE)
	@mkdir -p $(@D)
	$(BTL_CC) $(BTL_CFLAGS) -c $< -o $@
$(BTL_LIB): $(BTL_CORE_OBJ) $(BTL_OUT)/mem.o
	rm -f $@
	$(MODULE_CROSS)ar rcs $@ $^
-include $(BTL_CORE_OBJ:.o=.d)
# No rule of this file is the Makefile's first one.
.DEFAULT_GOAL := $(BTL_GOAL)

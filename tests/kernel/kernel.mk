# SPDX-License-Identifier: BSD-2-Clause
# make kernel-tests: the parts of the kernel that need no hardware, on the host, with sanitizers and by
# both compilers: tests/kernel/test_X.c. host.c replaces the machine.
KERNEL_TESTS := $(patsubst tests/kernel/test_%.c,%,$(sort $(wildcard tests/kernel/test_*.c)))
KERNEL_TEST_PARTS := $(wildcard kernel/dlkm/*.c) kernel/vm/buddy.c kernel/vm/page.c kernel/vm/kmem.c \
	kernel/vm/early.c kernel/vm/tables.c kernel/vm/window.c kernel/vm/owner.c kernel/vm/space.c kernel/vm/dma.c kernel/intr/intr.c kernel/intr/timeout.c kernel/intr/wait.c kernel/base/lock.c kernel/base/arena.c kernel/base/images.c kernel/device/devsw.c kernel/device/device.c \
	kernel/device/intfc.c kernel/device/streams.c kernel/device/services.c kernel/console/lineedit.c kernel/console/complete.c kernel/console/command.c kernel/monitor/monitor.c \
	kernel/base/options.c kernel/base/symbols.c kernel/console/log.c kernel/console/say.c kernel/firmware/efi_runtime.c \
	kernel/vm/direct_map.c kernel/firmware/acpi.c \
	kernel/failure/boot_state.c kernel/failure/pending.c kernel/monitor/pending.c kernel/failure/run_record.c kernel/monitor/boot_commands.c kernel/monitor/kmadmin.c kernel/monitor/kmadmin_print.c kernel/monitor/kmtune.c kernel/monitor/kmtune_list.c kernel/failure/give_up.c kernel/judge.c kernel/older_loader.c kernel/monitor/report.c kernel/failure/panic.c kernel/failure/hardware.c kernel/failure/watchdog.c \
	kernel/arch/x86_64/paging.c kernel/arch/x86_64/walk.c kernel/arch/x86_64/madt.c kernel/arch/ia64/unwind_info.c
KERNEL_TEST_SUPPORT := tests/kernel/host.c tests/kernel/world.c tests/kernel/self.c tests/kernel/lab.c tests/kernel/shop.c \
	tests/kernel/statics.c \
	tests/kernel/firmware.c
# tests/kernel is first, because its arch/*/cpu.h replace the kernel's.
KERNEL_TEST_FLAGS := $(CSTD) $(WARN) -Itests/support -Itests/kernel -Ikernel -g -O1 -fno-omit-frame-pointer

# A module for the test of linking: an ET_REL file, which the test links and calls.
GUEST_COMPILE := gcc $(CSTD) $(WARN) -O1 -ffreestanding -fno-pic -fno-common -mcmodel=small -fcf-protection=none \
	-fno-stack-protector -fno-asynchronous-unwind-tables
$(call compile,$(BUILD)/test-kernel/guest.o,tests/kernel/guest.c,$(GUEST_COMPILE))

# Modules for the tests of loading at run time, each with one property.
KERNEL_GUESTS := $(patsubst tests/kernel/guests/%.c,$(BUILD)/test-kernel/guests/%.o,$(wildcard tests/kernel/guests/*.c))
$(call compile,$(BUILD)/test-kernel/guests/%.o,tests/kernel/guests/%.c,$(GUEST_COMPILE))

define kernel_test_variant
$(call compile,$(BUILD)/test-$(1)/kpart/%.o,%.c,$(1) $(KERNEL_TEST_FLAGS) $(SANITIZE))
$(call archive,$(BUILD)/test-$(1)/kpart/libkernel.a,$(KERNEL_TEST_PARTS:%.c=$(BUILD)/test-$(1)/kpart/%.o))
$(BUILD)/test-$(1)/kernel/%: $(BUILD)/test-$(1)/kpart/tests/kernel/test_%.o \
		$(KERNEL_TEST_SUPPORT:%.c=$(BUILD)/test-$(1)/kpart/%.o) $(BUILD)/test-$(1)/test_main.o \
		$(BUILD)/test-$(1)/kpart/libkernel.a $(BUILD)/test-$(1)/libbtl.a $(BUILD)/test-kernel/guest.o $(KERNEL_GUESTS)
	$$(BEGIN)
	$(1) $(SANITIZE) -Wl,--wrap=kmem_alloc $$(filter-out $(BUILD)/test-kernel/%,$$^) -lcmocka -o $$@
kernel-test-$(1)-%: $(BUILD)/test-$(1)/kernel/%
	BTL_GUEST=$(BUILD)/test-kernel/guest.o BTL_GUESTS=$(BUILD)/test-kernel/guests $$<
endef
$(eval $(call kernel_test_variant,gcc))
$(eval $(call kernel_test_variant,clang))

kernel-tests: $(KERNEL_TESTS:%=kernel-test-gcc-%) $(KERNEL_TESTS:%=kernel-test-clang-%)
.PRECIOUS: $(BUILD)/test-kernel/guests/%.o $(BUILD)/test-gcc/kpart/%.o $(BUILD)/test-clang/kpart/%.o $(BUILD)/test-gcc/kernel/% $(BUILD)/test-clang/kernel/%
.PHONY: kernel-tests

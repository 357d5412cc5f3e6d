# SPDX-License-Identifier: BSD-2-Clause
# The files for the disks of the boot tests: modules with one defect each, and EFI applications.
# tests/boot/modules/ARCH has the modules that need instructions of one architecture.
TEST_MODULES := $(patsubst %.c,%,$(notdir $(wildcard tests/boot/modules/*.c tests/boot/modules/$(ARCH)/*.c)))

$(call compile,$(O)/testmodules/%.o,tests/boot/modules/%.c,$(MODULE_CC) $(MODULE_FLAGS))
$(call compile,$(O)/testmodules/%.o,tests/boot/modules/$(ARCH)/%.c,$(MODULE_CC) $(MODULE_FLAGS))
$(O)/testmodules/%.ko: $(O)/testmodules/%.o
	$(call module_link,$<,$@)

test-modules: $(TEST_MODULES:%=$(O)/testmodules/%.ko)
.PRECIOUS: $(O)/testmodules/%.o
.PHONY: test-modules

# Kernels that print the state at their entry: tests/boot/kernels/state_ARCH.S, once for each way of
# stopping it.
TEST_STATES := $(if $(wildcard tests/boot/kernels/state_$(ARCH).S),state WRITE_AREA WRITE_TEXT RUN_DATA GUARD SPECULATE CACHED PINNED)
$(O)/testkernels/%.o: tests/boot/kernels/state_$(ARCH).S
	$(BEGIN)
	$(KERNEL_CC) -Wa,--fatal-warnings -DLAST_$* -c $< -o $@
$(O)/testkernels/%.elf: $(O)/testkernels/%.o tests/boot/kernels/$(ARCH).ld
	$(CROSS)ld -static -z max-page-size=4096 -T tests/boot/kernels/$(ARCH).ld $< -o $@
test-states: $(TEST_STATES:%=$(O)/testkernels/%.elf)
.PRECIOUS: $(O)/testkernels/%.o
.PHONY: test-states

# A kernel with static modules (test_static.py).
TEST_STATIC := ring clock hello pci ich9 null upper pciids
$(call kernel_file,$(O)/testkernels/static,$(TEST_STATIC))

# The kernel and the module of protocol 1.0, by the headers of that time alone (tests/boot/frozen/README.md).
FROZEN := tests/boot/frozen
FROZEN_x86_64 := $(O)/frozen/kernel.elf $(O)/frozen/frozen.ko
$(call compile,$(O)/frozen/%.o,$(FROZEN)/%.c,$(MODULE_CC) $(filter-out -I%,$(MODULE_FLAGS)) -I$(FROZEN)/include)
$(O)/frozen/kernel.elf: $(O)/frozen/kernel.o $(FROZEN)/kernel.ld
	ld -static -z max-page-size=4096 -z noexecstack -T $(FROZEN)/kernel.ld $< -o $@
$(O)/frozen/frozen.ko: $(O)/frozen/module.o
	$(call module_link,$<,$@)
.PRECIOUS: $(O)/frozen/%.o

# The tests' EFI applications, by gnu-efi.
TEST_EFI := $(patsubst tests/boot/efi/%.c,$(O)/testefi/%.efi,$(wildcard tests/boot/efi/*.c))
$(call compile,$(O)/testefi/%.o,tests/boot/efi/%.c,gcc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fpic -fshort-wchar \
	-fno-stack-protector -mno-red-zone -DGNU_EFI_USE_MS_ABI -Iinclude -isystem /usr/include/efi \
	-isystem /usr/include/efi/x86_64 -MMD -MP)
$(O)/testefi/%.so: $(O)/testefi/%.o
	ld -nostdlib -znocombreloc -shared -Bsymbolic -T /usr/lib/elf_x86_64_efi.lds \
		/usr/lib/crt0-efi-x86_64.o $< /usr/lib/libefi.a /usr/lib/libgnuefi.a -o $@
$(O)/testefi/%.efi: $(O)/testefi/%.so
	objcopy -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j .rel -j .rela -j '.rel.*' \
		-j '.rela.*' -j .reloc --target efi-app-x86_64 $< $@
.PRECIOUS: $(O)/testefi/%.o $(O)/testefi/%.so

# The loader's firmware layer with the tests' own run().
SERVICES_OBJ := $(patsubst efi/%,$(EFI_OUT)/%.o,$(basename $(EFI_UEFI))) $(EFI_OUT)/keys.o $(EFI_OUT)/x86_64/trampoline.o
$(call compile,$(O)/testefi/services.o,tests/boot/firmware/services.c,$(EFI_COMPILE))
$(O)/testefi/services.so: $(O)/testefi/services.o $(SERVICES_OBJ) $(O)/efi/libbtl.a
	ld -shared -Bsymbolic -nostdlib -znocombreloc --no-undefined -T $(GNU_EFI_LIB)/elf_$(ARCH)_efi.lds \
		$(GNU_EFI_LIB)/crt0-efi-$(ARCH).o $^ $(GNU_EFI_LIB)/libgnuefi.a -o $@
TEST_EFI += $(O)/testefi/services.efi

TEST_EFI_x86_64 := $(TEST_EFI)
test-boot-files: test-modules test-states $(O)/testkernels/static/kernel.elf $(TEST_EFI_$(ARCH)) $(FROZEN_$(ARCH)) $(BUILD)/host/btl
.PHONY: test-boot-files

## Make the pictures of README.md from boots in QEMU.
pictures: image test-boot-files
	O=$(O) BUILD=$(BUILD) $(PYTHON) tools/pictures.py docs/pictures
.PHONY: pictures

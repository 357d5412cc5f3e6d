# SPDX-License-Identifier: BSD-2-Clause
# What the boot tests put on their disks: modules with one defect each, and EFI applications.
TEST_MODULES := $(patsubst tests/boot/modules/%.c,%,$(wildcard tests/boot/modules/*.c))

$(O)/testmodules/%.o: tests/boot/modules/%.c tools/module.mk tools/module-$(ARCH).mk
	$(BEGIN)
	$(MODULE_CC) $(MODULE_FLAGS) -c $< -o $@
$(O)/testmodules/%.ko: $(O)/testmodules/%.o
	$(call module_link,$<,$@)

test-modules: $(TEST_MODULES:%=$(O)/testmodules/%.ko)
.PRECIOUS: $(O)/testmodules/%.o
.PHONY: test-modules

# EFI applications of the tests' own, by gnu-efi.
TEST_EFI := $(patsubst tests/boot/efi/%.c,$(O)/testefi/%.efi,$(wildcard tests/boot/efi/*.c))
$(O)/testefi/%.o: tests/boot/efi/%.c
	$(BEGIN)
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
		-mno-red-zone -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 \
		-MMD -MP -c $< -o $@
$(O)/testefi/%.so: $(O)/testefi/%.o
	ld -nostdlib -znocombreloc -shared -Bsymbolic -T /usr/lib/elf_x86_64_efi.lds \
		/usr/lib/crt0-efi-x86_64.o $< /usr/lib/libefi.a /usr/lib/libgnuefi.a -o $@
$(O)/testefi/%.efi: $(O)/testefi/%.so
	objcopy -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j .rel -j .rela -j '.rel.*' \
		-j '.rela.*' -j .reloc --target efi-app-x86_64 $< $@
.PRECIOUS: $(O)/testefi/%.o $(O)/testefi/%.so

TEST_EFI_x86_64 := $(TEST_EFI)
test-boot-files: test-modules $(TEST_EFI_$(ARCH)) $(BUILD)/host/btl
.PHONY: test-boot-files

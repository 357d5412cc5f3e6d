# make bench-boot   measure what a whole boot costs in OVMF, in instructions, part by part, against a program that
#                   only reads the same files; every run gives the same numbers
BOOT_OUT := $(O)/bench
BOOT_EFI := disk floor floor_fat profile

# The functions that profile.c wraps.
PROFILED := run hash_file memset memcpy space_build manifest_write prefetch_configured \
	$(addprefix btl_attempt_,configure open_kernel place_kernel read_modules plan link)

$(call compile,$(BOOT_OUT)/%.o,bench/boot/%.c,$(EFI_COMPILE))
$(BOOT_OUT)/%.so: $(BOOT_OUT)/%.o
	$(EFI_LINK) $< $(GNU_EFI_LIB)/libgnuefi.a -o $@
$(BOOT_OUT)/floor_fat.so: $(BOOT_OUT)/floor_fat.o $(EFI_OUT)/uefi/$(ARCH)/mem.o $(O)/efi/libbtl.a
	$(EFI_LINK) $^ $(GNU_EFI_LIB)/libgnuefi.a $(EFI_LIBS_$(ARCH)) -o $@
$(BOOT_OUT)/profile.so: $(BOOT_OUT)/profile.o $(EFI_OBJ) $(O)/efi/libbtl.a
	$(EFI_LINK) $(PROFILED:%=--wrap=%) $^ $(GNU_EFI_LIB)/libgnuefi.a $(EFI_LIBS_$(ARCH)) -o $@
$(BOOT_OUT)/%.efi: $(BOOT_OUT)/%.so
	$(EFI_OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j .rel -j .rela -j '.rel.*' -j '.rela.*' \
		-j .reloc --target efi-app-$(ARCH) --subsystem=10 $< $@
$(call compile,$(BOOT_OUT)/kernel/%.o,bench/boot/%.c,$(KERNEL_CC) $(CSTD) $(WARN) $(KERNEL_FLAGS))
$(BOOT_OUT)/kernel.elf: $(BOOT_OUT)/kernel/kernel.o
	$(CROSS)ld -static -z max-page-size=4096 -z separate-code -T $(KERNEL_LD) $< -o $@

$(BUILD)/bench/files.o: bench/boot/files.c
	$(BEGIN)
	$(BENCH_CC) -Ibench -c $< -o $@
$(BUILD)/bench/bench_files: $(BUILD)/bench/files.o $(BUILD)/bench/generate.o $(BUILD)/bench/elf_builder.o
	gcc $^ -o $@

# The same code as in the boot, for this machine.
$(BUILD)/bench/bench_hash: bench/boot/hash.c efi/$(ARCH)/hash.c $(BUILD)/host/libbtl.a
	$(BEGIN)
	$(BENCH_CC) -Iefi $^ -o $@

## Measure what a whole boot costs in QEMU, in instructions.
bench-boot: $(BOOT_EFI:%=$(BOOT_OUT)/%.efi) $(BOOT_OUT)/kernel.elf $(EFI_IMAGE) $(BUILD)/bench/bench_files \
		$(BUILD)/bench/bench_hash $(BUILD)/host/btl
	O=$(O) BUILD=$(BUILD) $(PYTHON) bench/boot/bench_boot.py
.PHONY: bench-boot
.PRECIOUS: $(BOOT_OUT)/%.so $(BOOT_OUT)/%.o

# The loader on a mock firmware: `make mock` runs every tests/mock/test_X.c, built by gcc and by clang
# with sanitizers. The loader's shared files are compiled as they are; what is left out is what only
# UEFI can run (efi/efi.mk).
MOCK := $(patsubst tests/mock/test_%.c,%,$(sort $(wildcard tests/mock/test_*.c)))
MOCK_OUT := $(BUILD)/mock
MOCK_FIXTURES := $(patsubst tests/mock/fixtures/%.c,$(MOCK_OUT)/fixtures/%.ko,$(sort $(wildcard tests/mock/fixtures/*.c))) \
	$(MOCK_OUT)/fixtures/kernel.elf $(MOCK_OUT)/fixtures/moved.elf $(MOCK_OUT)/fixtures/low.elf $(MOCK_OUT)/fixtures/high.elf
MOCK_FLAGS := $(CSTD) $(WARN) -Iefi -Itests/support -Itests/mock -DLOADER_VERSION='"test"' -DLOADER_NAME='"BOOTX64.EFI"' \
	-D_GNU_SOURCE -DMOCK_FIXTURES='"$(MOCK_OUT)/fixtures"' -g -O1 $(SANITIZE)
MOCK_LOADER := $(sort $(wildcard efi/*.c efi/menu/*.c efi/x86_64/*.c))

# Modules and kernels for the tests. They are linked by the boot, never run.
MOCK_CODE := $(CSTD) $(WARN) -ffreestanding -fno-common -fno-stack-protector -fno-asynchronous-unwind-tables \
	-mno-red-zone -mgeneral-regs-only -O1 -Itests/mock/fixtures
$(MOCK_OUT)/fixtures/%.ko: tests/mock/fixtures/%.c tests/mock/mock.mk
	$(BEGIN)
	gcc $(MOCK_CODE) -mcmodel=kernel -fno-pic -c $< -o $@
$(MOCK_OUT)/fixtures/kernel.o: tests/mock/fixtures/kernel.inc tests/mock/mock.mk
	$(BEGIN)
	gcc $(MOCK_CODE) -mcmodel=kernel -fno-pic -x c -c $< -o $@
$(MOCK_OUT)/fixtures/moved.o: tests/mock/fixtures/kernel.inc tests/mock/mock.mk
	$(BEGIN)
	gcc $(MOCK_CODE) -fpie -x c -c $< -o $@
MOCK_LD := ld -e kmain -z max-page-size=4096 -z separate-code -z noexecstack --build-id=none
$(MOCK_OUT)/fixtures/kernel.elf: $(MOCK_OUT)/fixtures/kernel.o
	$(MOCK_LD) -Ttext-segment=0xffffffff80200000 $< -o $@
$(MOCK_OUT)/fixtures/low.elf: $(MOCK_OUT)/fixtures/moved.o
	$(MOCK_LD) -Ttext-segment=0x200000 $< -o $@
$(MOCK_OUT)/fixtures/high.elf: $(MOCK_OUT)/fixtures/kernel.o
	$(MOCK_LD) -Ttext-segment=0xffffffffffd00000 $< -o $@
$(MOCK_OUT)/fixtures/moved.elf: $(MOCK_OUT)/fixtures/moved.o
	$(MOCK_LD) -pie --no-dynamic-linker -z norelro $< -o $@

define mock_variant
$(MOCK_OUT)/$(1)/%.o: efi/%.c
	$$(BEGIN)
	$(1) $(MOCK_FLAGS) -c $$< -o $$@
$(MOCK_OUT)/$(1)/messages_text.o: $(MESSAGES_TEXT)
	$$(BEGIN)
	$(1) $(MOCK_FLAGS) -c $$< -o $$@
$(MOCK_OUT)/$(1)/%.o: efi/%.S
	$$(BEGIN)
	$(1) -g -c $$< -o $$@
$(MOCK_OUT)/$(1)/tests/%.o: tests/mock/%.c
	$$(BEGIN)
	$(1) $(MOCK_FLAGS) -c $$< -o $$@
$(MOCK_OUT)/$(1)/test_%: $(MOCK_OUT)/$(1)/tests/test_%.o \
		$(patsubst %,$(MOCK_OUT)/$(1)/tests/%.o,mock mock_console mock_files mock_variables mock_expect menu_user state trial walk) $(MOCK_LOADER:efi/%.c=$(MOCK_OUT)/$(1)/%.o) \
		$(MOCK_OUT)/$(1)/x86_64/handoff.o $(MOCK_OUT)/$(1)/messages_text.o $(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a
	$(1) $(SANITIZE) -Wl,--wrap=cache_sync_code $$^ -lcmocka -o $$@
# What is pure of another architecture's part, alone.
$(MOCK_OUT)/$(1)/test_paging_ia64: $(MOCK_OUT)/$(1)/tests/test_paging_ia64.o $(MOCK_OUT)/$(1)/ia64/paging.o \
		$(MOCK_OUT)/$(1)/ia64/handoff_pins.o $(BUILD)/test-$(1)/test_main.o
	$(1) $(SANITIZE) $$^ -lcmocka -o $$@
endef
$(eval $(call mock_variant,gcc))
$(eval $(call mock_variant,clang))

# make mock-NAME: one of them with both compilers.
mock-%: $(MOCK_OUT)/gcc/test_% $(MOCK_OUT)/clang/test_% $(MOCK_FIXTURES)
	$(MOCK_OUT)/gcc/test_$*
	$(MOCK_OUT)/clang/test_$*
mock: $(MOCK:%=mock-%)
.PHONY: mock
.PRECIOUS: $(MOCK_OUT)/gcc/%.o $(MOCK_OUT)/clang/%.o $(MOCK_OUT)/gcc/tests/%.o $(MOCK_OUT)/clang/tests/%.o \
	$(MOCK_OUT)/gcc/test_% $(MOCK_OUT)/clang/test_% $(MOCK_OUT)/fixtures/%.ko

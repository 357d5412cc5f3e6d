# make mock: run the loader on a mock firmware, in every tests/mock/test_X.c, built by gcc and by clang
# with sanitizers. The loader's files are compiled unchanged, except efi/uefi/, which needs UEFI
# (efi/efi.mk).
MOCK := $(patsubst tests/mock/test_%.c,%,$(sort $(wildcard tests/mock/test_*.c)))
MOCK_OUT := $(BUILD)/mock
MOCK_FIXTURES := $(patsubst tests/mock/fixtures/%.c,$(MOCK_OUT)/fixtures/%.ko,$(sort $(wildcard tests/mock/fixtures/*.c))) \
	$(MOCK_OUT)/fixtures/kernel.elf $(MOCK_OUT)/fixtures/limine.elf $(MOCK_OUT)/fixtures/moved.elf $(MOCK_OUT)/fixtures/low.elf $(MOCK_OUT)/fixtures/high.elf
MOCK_FLAGS := $(CSTD) $(WARN) -Iefi -Itests/support -Itests/mock -DLOADER_VERSION='"test"' -DLOADER_NAME='"BOOTX64.EFI"' \
	-D_GNU_SOURCE -DMOCK_FIXTURES='"$(MOCK_OUT)/fixtures"' -g -O1 $(SANITIZE)
# The files of the loader for x86-64; of another architecture only those without assembly code.
MOCK_LOADER := $(patsubst efi/%,%.o,$(basename $(call efi_shared,x86_64))) messages_text.o
MOCK_SUPPORT := $(patsubst tests/mock/%.c,tests/%.o,$(filter-out tests/mock/test_%,$(wildcard tests/mock/*.c)))
mock_portable = $(patsubst efi/%.c,%.o,$(shell grep -L asm $(wildcard efi/$(1)/*.c)))

# Modules and kernels for the tests, which the loader links; nothing runs them.
MOCK_CODE := $(CSTD) $(WARN) -ffreestanding -fno-common -fno-stack-protector -fno-asynchronous-unwind-tables \
	-mno-red-zone -mgeneral-regs-only -O1 -Itests/mock/fixtures
$(call compile,$(MOCK_OUT)/fixtures/%.ko,tests/mock/fixtures/%.c,gcc $(MOCK_CODE) -mcmodel=kernel -fno-pic)
$(call compile,$(MOCK_OUT)/fixtures/kernel.o,tests/mock/fixtures/kernel.inc,gcc $(MOCK_CODE) -mcmodel=kernel -fno-pic -x c)
$(call compile,$(MOCK_OUT)/fixtures/moved.o,tests/mock/fixtures/kernel.inc,gcc $(MOCK_CODE) -fpie -x c)
$(call compile,$(MOCK_OUT)/fixtures/limine.o,tests/mock/fixtures/limine.inc,gcc $(MOCK_CODE) -mcmodel=kernel -fno-pic -x c)
MOCK_LD := ld -e kmain -z max-page-size=4096 -z separate-code -z noexecstack --build-id=none
$(MOCK_OUT)/fixtures/kernel.elf: $(MOCK_OUT)/fixtures/kernel.o
	$(MOCK_LD) -Ttext-segment=0xffffffff80200000 $< -o $@
$(MOCK_OUT)/fixtures/limine.elf: $(MOCK_OUT)/fixtures/limine.o
	$(MOCK_LD) -Ttext-segment=0xffffffff80200000 $< -o $@
$(MOCK_OUT)/fixtures/low.elf: $(MOCK_OUT)/fixtures/moved.o
	$(MOCK_LD) -Ttext-segment=0x200000 $< -o $@
$(MOCK_OUT)/fixtures/high.elf: $(MOCK_OUT)/fixtures/kernel.o
	$(MOCK_LD) -Ttext-segment=0xffffffffffd00000 $< -o $@
$(MOCK_OUT)/fixtures/moved.elf: $(MOCK_OUT)/fixtures/moved.o
	$(MOCK_LD) -pie --no-dynamic-linker -z norelro $< -o $@

define mock_variant
$(call compile,$(MOCK_OUT)/$(1)/%.o,efi/%.c,$(1) $(MOCK_FLAGS))
$(call compile,$(MOCK_OUT)/$(1)/%.o,efi/%.S,$(1) -g -DLINUX_INIT='"$(BUILD)/x86_64/linux/init"')
$(MOCK_OUT)/$(1)/x86_64/linux_init.o: $(BUILD)/x86_64/linux/init
$(call compile,$(MOCK_OUT)/$(1)/tests/%.o,tests/mock/%.c,$(1) $(MOCK_FLAGS))
$(call compile,$(MOCK_OUT)/$(1)/messages_text.o,$(MESSAGES_TEXT),$(1) $(MOCK_FLAGS))
$(MOCK_OUT)/$(1)/test_%: $(MOCK_OUT)/$(1)/tests/test_%.o $(addprefix $(MOCK_OUT)/$(1)/,$(MOCK_SUPPORT) $(MOCK_LOADER)) \
		$(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a \
		$(call kept,$(MOCK_OUT)/$(1)/test.parts,$(MOCK_SUPPORT) $(MOCK_LOADER))
	$(1) $(SANITIZE) -Wl,--wrap=cache_sync_code $$(filter %.o %.a,$$^) -lcmocka -o $$@
$(foreach arch,$(filter-out x86_64,$(ARCHITECTURES)),
$(MOCK_OUT)/$(1)/test_%_$(arch): $(MOCK_OUT)/$(1)/tests/test_%_$(arch).o \
		$(addprefix $(MOCK_OUT)/$(1)/,$(call mock_portable,$(arch))) $(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a
	$(1) $(SANITIZE) $$^ -lcmocka -o $$@
)
mock-$(1)-%: $(MOCK_OUT)/$(1)/test_% $(MOCK_FIXTURES)
	$$<
endef
$(eval $(call mock_variant,gcc))
$(eval $(call mock_variant,clang))

## Run one test of the loader on the mock firmware, by both compilers.
mock-%: $(MOCK_OUT)/gcc/test_% $(MOCK_OUT)/clang/test_% $(MOCK_FIXTURES)
	$(MOCK_OUT)/gcc/test_$*
	$(MOCK_OUT)/clang/test_$*
mock: $(MOCK:%=mock-%)
.PHONY: mock
.PRECIOUS: $(MOCK_OUT)/gcc/%.o $(MOCK_OUT)/clang/%.o $(MOCK_OUT)/gcc/tests/%.o $(MOCK_OUT)/clang/tests/%.o \
	$(MOCK_OUT)/gcc/test_% $(MOCK_OUT)/clang/test_% \
	$(foreach arch,$(ARCHITECTURES),$(MOCK_OUT)/gcc/test_%_$(arch) $(MOCK_OUT)/clang/test_%_$(arch)) $(MOCK_OUT)/fixtures/%.ko

# The whole loader on the tests' mock firmware, without sanitizers.
BENCH_LOADER := $(patsubst %,$(BUILD)/bench/efi/%,$(MOCK_LOADER)) $(patsubst tests/%,$(BUILD)/bench/mock/%,$(MOCK_SUPPORT))
BENCH_LOADER_CC := $(BENCH_CC) -Ibench -Iefi -Itests/support -Itests/mock -DMOCK_FILES=512 -D_GNU_SOURCE \
	-DLOADER_VERSION='"bench"' -DLOADER_NAME='"BOOTX64.EFI"' -DMOCK_FIXTURES='"$(MOCK_OUT)/fixtures"'
$(call compile,$(BUILD)/bench/efi/%.o,efi/%.c,$(BENCH_LOADER_CC))
$(call compile,$(BUILD)/bench/efi/%.o,efi/%.S,gcc -g -DLINUX_INIT='"$(BUILD)/x86_64/linux/init"')
$(BUILD)/bench/efi/x86_64/linux_init.o: $(BUILD)/x86_64/linux/init
$(call compile,$(BUILD)/bench/efi/messages_text.o,$(MESSAGES_TEXT),$(BENCH_LOADER_CC))
$(call compile,$(BUILD)/bench/mock/%.o,tests/mock/%.c,$(BENCH_LOADER_CC))
$(call compile,$(BUILD)/bench/loader.o,bench/loader.c,$(BENCH_LOADER_CC))
$(BUILD)/bench/bench_loader: $(BUILD)/bench/loader.o $(BENCH_LOADER) $(BUILD)/bench/generate.o $(BUILD)/bench/elf_builder.o \
		$(BUILD)/host/libbtl.a
	gcc -Wl,--wrap=cache_sync_code $^ -lcmocka -o $@

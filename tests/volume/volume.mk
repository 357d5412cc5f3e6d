# Test the GPT and FAT readers of core/ on images of mkfs.fat, mtools and sgdisk.
$(BUILD)/test-gcc/volume/fat_dump: tests/volume/fat_dump.c $(BUILD)/test-gcc/libbtl.a
	$(BEGIN)
	gcc $(TEST_FLAGS) $(filter %.c %.a,$^) -o $@
volume: $(BUILD)/test-gcc/volume/fat_dump
	ASAN_OPTIONS=detect_leaks=0 $(PYTHON) tests/volume/check_volume.py $<
.PHONY: volume

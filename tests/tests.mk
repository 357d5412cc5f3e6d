# Tests are found by name: tests/unit/STEP/test_X.c tests core/STEP/X.c, tests/fuzz/fuzz_X.c fuzzes parser X.
UNIT_C := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT := $(patsubst test_%.c,%,$(notdir $(UNIT_C)))
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# Helpers that unit tests share (building ELF files, arenas that end, …).
UNIT_SUPPORT := $(sort $(wildcard tests/unit/support/*.c))
# The main() of test programs, and how tests are registered.
TEST_MAIN := tests/support/test_main.c
TEST_FLAGS := $(CSTD) $(WARN) -Itests/support -Itests/unit/support -Icore -g -O1 $(SANITIZE)
FUZZ_RUNS ?= 20000

define unit_variant
$(BUILD)/test-$(1)/test_main.o: $(TEST_MAIN)
	$$(BEGIN)
	$(1) $(TEST_FLAGS) -c $$< -o $$@
$(BUILD)/test-$(1)/support/%.o: tests/unit/support/%.c
	$$(BEGIN)
	$(1) $(TEST_FLAGS) -c $$< -o $$@
$(BUILD)/test-$(1)/unit-o/%.o: tests/unit/%.c
	$$(BEGIN)
	$(1) $(TEST_FLAGS) -c $$< -o $$@
$(foreach c,$(UNIT_C),$(BUILD)/test-$(1)/unit/$(patsubst test_%.c,%,$(notdir $(c))): $(c:tests/unit/%.c=$(BUILD)/test-$(1)/unit-o/%.o)
)
$(BUILD)/test-$(1)/unit/%: $(UNIT_SUPPORT:tests/unit/support/%.c=$(BUILD)/test-$(1)/support/%.o) $(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a
	$$(BEGIN)
	$(1) $(SANITIZE) $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka -o $$@
unit-$(1)-%: $(BUILD)/test-$(1)/unit/%
	$$<
endef
$(eval $(call unit_variant,gcc))
$(eval $(call unit_variant,clang))

# make unit-NAME: one unit test with both compilers.
unit-%: $(BUILD)/test-gcc/unit/% $(BUILD)/test-clang/unit/%
	$(BUILD)/test-gcc/unit/$*
	$(BUILD)/test-clang/unit/$*

$(BUILD)/fuzz/bin/%: tests/fuzz/fuzz_%.c $(UNIT_SUPPORT) $(BUILD)/fuzz/libbtl.a
	$(BEGIN)
	clang $(TEST_FLAGS) -fsanitize=fuzzer $< $(UNIT_SUPPORT) $(BUILD)/fuzz/libbtl.a -o $@
# make fuzz-NAME: a bounded run over the kept seeds; make fuzz NAME=… : open-ended, keeps what it finds.
fuzz-%: $(BUILD)/fuzz/bin/%
	@mkdir -p $(BUILD)/fuzz/corpus/$* tests/fuzz/seeds/$*
	$< -runs=$(FUZZ_RUNS) -max_len=65536 -print_final_stats=1 $(BUILD)/fuzz/corpus/$* tests/fuzz/seeds/$*
fuzz: $(BUILD)/fuzz/bin/$(NAME)
	@mkdir -p $(BUILD)/fuzz/corpus/$(NAME)
	$< -max_len=65536 $(BUILD)/fuzz/corpus/$(NAME) tests/fuzz/seeds/$(NAME)

include tests/oracle/oracle.mk
include tests/volume/volume.mk
include tests/mock/mock.mk
-include tests/btl/link.mk
include tests/kernel/kernel.mk
include tests/modules/modules.mk

.PRECIOUS: $(BUILD)/test-gcc/support/%.o $(BUILD)/test-clang/support/%.o $(BUILD)/test-gcc/unit/% $(BUILD)/test-clang/unit/% $(BUILD)/fuzz/bin/%
.PHONY: fuzz

# Tests are found by name: tests/unit/STEP/test_X.c tests core/STEP/X.c, tests/fuzz/fuzz_X.c fuzzes parser X.
UNIT_C := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT := $(patsubst test_%.c,%,$(notdir $(UNIT_C)))
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# Helpers of the unit tests (make ELF files, arenas that run out of memory, …).
UNIT_SUPPORT := $(sort $(wildcard tests/unit/support/*.c))
# The main() of test programs, and the registration of tests.
TEST_MAIN := tests/support/test_main.c
TEST_FLAGS := $(CSTD) $(WARN) -Itests/support -Itests/unit/support -Icore -g -O1 $(SANITIZE)
FUZZ_RUNS ?= 20000

define unit_variant
$(call compile,$(BUILD)/test-$(1)/test_main.o,$(TEST_MAIN),$(1) $(TEST_FLAGS))
$(call compile,$(BUILD)/test-$(1)/support/%.o,tests/unit/support/%.c,$(1) $(TEST_FLAGS))
$(call compile,$(BUILD)/test-$(1)/unit-o/%.o,tests/unit/%.c,$(1) $(TEST_FLAGS))
$(foreach c,$(UNIT_C),$(BUILD)/test-$(1)/unit/$(patsubst test_%.c,%,$(notdir $(c))): $(c:tests/unit/%.c=$(BUILD)/test-$(1)/unit-o/%.o)
)
$(BUILD)/test-$(1)/unit/%: $(UNIT_SUPPORT:tests/unit/support/%.c=$(BUILD)/test-$(1)/support/%.o) $(BUILD)/test-$(1)/test_main.o \
		$(BUILD)/test-$(1)/libbtl.a $(call kept,$(BUILD)/test-$(1)/unit.parts,$(UNIT_SUPPORT))
	$$(BEGIN)
	$(1) $(SANITIZE) $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka -o $$@
unit-$(1)-%: $(BUILD)/test-$(1)/unit/%
	$$<
endef
$(eval $(call unit_variant,gcc))
$(eval $(call unit_variant,clang))

## Run one unit test by both compilers.
unit-%: $(BUILD)/test-gcc/unit/% $(BUILD)/test-clang/unit/%
	$(BUILD)/test-gcc/unit/$*
	$(BUILD)/test-clang/unit/$*

unit-tests: $(UNIT:%=unit-gcc-%) $(UNIT:%=unit-clang-%)

# A parser that is not in core/.
$(BUILD)/fuzz/bin/ninep: modules/hostfs/ninep.c
$(BUILD)/fuzz/bin/%: tests/fuzz/fuzz_%.c $(UNIT_SUPPORT) $(BUILD)/fuzz/libbtl.a
	$(BEGIN)
	clang $(TEST_FLAGS) -Imodules -fsanitize=fuzzer $(filter %.c,$^) $(BUILD)/fuzz/libbtl.a -o $@
## Run one fuzzer over its seeds and FUZZ_RUNS inputs more.
fuzz-%: $(BUILD)/fuzz/bin/%
	@mkdir -p $(BUILD)/fuzz/corpus/$* tests/fuzz/seeds/$*
	$< -runs=$(FUZZ_RUNS) -max_len=65536 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus/$* tests/fuzz/seeds/$*
fuzz-tests: $(FUZZ:%=fuzz-%)
ifeq ($(filter $(NAME),$(FUZZ)),)
fuzz:
	@echo "make fuzz NAME=...: one of $(FUZZ)" >&2; false
else
## Run the fuzzer NAME=… until it is stopped; its findings are kept.
fuzz: $(BUILD)/fuzz/bin/$(NAME)
	@mkdir -p $(BUILD)/fuzz/corpus/$(NAME)
	$< -max_len=65536 -artifact_prefix=$(BUILD)/fuzz/$(NAME)- $(BUILD)/fuzz/corpus/$(NAME) tests/fuzz/seeds/$(NAME)
endif

# Inputs that fuzz-long found, which outlive `make clean`.
FUZZ_CORPUS ?= $(or $(BTL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/btl)/fuzz
FUZZ_SECONDS ?= 600
## Run every fuzzer for FUZZ_SECONDS, and keep what it finds in FUZZ_CORPUS for the next time.
fuzz-long: $(FUZZ:%=fuzz-long-%)
fuzz-long-%: $(BUILD)/fuzz/bin/%
	@mkdir -p $(FUZZ_CORPUS)/$* tests/fuzz/seeds/$*
	$< -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -artifact_prefix=$(FUZZ_CORPUS)/$*- $(FUZZ_CORPUS)/$* tests/fuzz/seeds/$*

include tests/oracle/oracle.mk
include tests/volume/volume.mk
include tests/mock/mock.mk
include tests/attack/attack.mk
include tests/packages/packages.mk
include tests/linux/linux.mk
include tests/trust/trust.mk
-include tests/btl/link.mk
include tests/kernel/kernel.mk
include tests/modules/modules.mk
include tests/init/init.mk

# $(call host_tests,COMPILER): the programs of all host tests.
host_tests = $(UNIT:%=$(BUILD)/test-$(1)/unit/%) $(KERNEL_TESTS:%=$(BUILD)/test-$(1)/kernel/%) \
	$(MODULE_TESTS:%=$(BUILD)/test-$(1)/modules/%) $(INIT_TESTS:%=$(BUILD)/test-$(1)/init/%) $(MOCK:%=$(MOCK_OUT)/$(1)/test_%) $(MOCK_FIXTURES)
test-programs: $(call host_tests,gcc) $(call host_tests,clang) $(FUZZ:%=$(BUILD)/fuzz/bin/%) $(ATTACK)/attack
# The programs of make check, and its tests.
check-programs: $(call host_tests,gcc) $(BUILD)/test-gcc/btl
check-tests: $(UNIT:%=unit-gcc-%) $(KERNEL_TESTS:%=kernel-test-gcc-%) $(MODULE_TESTS:%=module-test-gcc-%) $(INIT_TESTS:%=init-test-gcc-%) $(MOCK:%=mock-gcc-%)

.PRECIOUS: $(BUILD)/test-gcc/support/%.o $(BUILD)/test-clang/support/%.o $(BUILD)/test-gcc/unit/% $(BUILD)/test-clang/unit/% $(BUILD)/fuzz/bin/%
.PHONY: fuzz fuzz-long fuzz-tests unit-tests test-programs check-programs check-tests

# SPDX-License-Identifier: BSD-2-Clause
# make init-tests: /btl/init on the host, with sanitizers and by both compilers: tests/init/test_X.c. The
# tests have its system calls.
INIT_TESTS := $(patsubst tests/init/test_%.c,%,$(sort $(wildcard tests/init/test_*.c)))
INIT_TEST_FLAGS := $(CSTD) $(WARN) -Itests/support -Itests/unit/support -Ilinux/init -g -O1 $(SANITIZE)
INIT_TEST_PARTS := linux/init/failed linux/init/file linux/init/log linux/init/main linux/init/modules

define init_test_variant
$(call compile,$(BUILD)/test-$(1)/initpart/%.o,%.c,$(1) $(INIT_TEST_FLAGS))
$(BUILD)/test-$(1)/init/%: $(BUILD)/test-$(1)/initpart/tests/init/test_%.o $(INIT_TEST_PARTS:%=$(BUILD)/test-$(1)/initpart/%.o) \
		$(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a
	$$(BEGIN)
	$(1) $(SANITIZE) $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka -o $$@
init-test-$(1)-%: $(BUILD)/test-$(1)/init/%
	$$<
endef
$(eval $(call init_test_variant,gcc))
$(eval $(call init_test_variant,clang))

init-tests: $(INIT_TESTS:%=init-test-gcc-%) $(INIT_TESTS:%=init-test-clang-%)
.PRECIOUS: $(BUILD)/test-gcc/initpart/%.o $(BUILD)/test-clang/initpart/%.o $(BUILD)/test-gcc/init/% $(BUILD)/test-clang/init/%
.PHONY: init-tests

# SPDX-License-Identifier: BSD-2-Clause
# make module-tests: modules on the host, with sanitizers and by both compilers: tests/modules/test_X.c.
# The tests replace what the modules depend on.
MODULE_TESTS := $(patsubst tests/modules/test_%.c,%,$(sort $(wildcard tests/modules/test_*.c)))
# tests/modules is first, because its virtio/mmio.h replaces the module's.
MODULE_TEST_FLAGS := $(CSTD) $(WARN) -Itests/support -Itests/unit/support -Itests/modules -Imodules -g -O1 $(SANITIZE)
MODULE_TEST_PARTS_fatfs := modules/fatfs modules/heap/heap tests/unit/support/disk
MODULE_TEST_PARTS_hostfs := modules/hostfs modules/hostfs/ninep modules/virtio/device modules/virtio/queue \
	tests/modules/device tests/modules/ninep_server
MODULE_TEST_PARTS_ninep := modules/hostfs/ninep tests/modules/ninep_server
MODULE_TEST_PARTS_kbd := modules/kbd/keymap
MODULE_TEST_PARTS_virtio_blk := modules/virtio_blk modules/virtio/device modules/virtio/queue tests/modules/device

define module_test_variant
$(call compile,$(BUILD)/test-$(1)/modpart/%.o,%.c,$(1) $(MODULE_TEST_FLAGS))
$(foreach test,$(MODULE_TESTS),$(BUILD)/test-$(1)/modules/$(test): $(MODULE_TEST_PARTS_$(test):%=$(BUILD)/test-$(1)/modpart/%.o)
)
$(BUILD)/test-$(1)/modules/%: $(BUILD)/test-$(1)/modpart/tests/modules/test_%.o $(BUILD)/test-$(1)/test_main.o $(BUILD)/test-$(1)/libbtl.a
	$$(BEGIN)
	$(1) $(SANITIZE) $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka -o $$@
module-test-$(1)-%: $(BUILD)/test-$(1)/modules/%
	$$<
endef
$(eval $(call module_test_variant,gcc))
$(eval $(call module_test_variant,clang))

module-tests: $(MODULE_TESTS:%=module-test-gcc-%) $(MODULE_TESTS:%=module-test-clang-%)
.PRECIOUS: $(BUILD)/test-gcc/modpart/%.o $(BUILD)/test-clang/modpart/%.o $(BUILD)/test-gcc/modules/% $(BUILD)/test-clang/modules/%
.PHONY: module-tests

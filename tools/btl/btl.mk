# SPDX-License-Identifier: BSD-2-Clause
# The host program: $(BUILD)/host/btl, and a second one with sanitizers for the tests.
BTL_C := $(sort $(wildcard tools/btl/*.c tools/btl/*/*.c))
BTL_OBJ := $(BTL_C:tools/btl/%.c=%.o) messages_text.o
BTL_FLAGS := $(CSTD) $(WARN) -iquote tools/btl -D_GNU_SOURCE

# $(call btl_variant,VARIANT OF CORE,COMPILER AND FLAGS)
define btl_variant
$(call compile,$(BUILD)/$(1)/btl-o/%.o,tools/btl/%.c,$(2) $(BTL_FLAGS))
$(call compile,$(BUILD)/$(1)/btl-o/messages_text.o,$(MESSAGES_TEXT),$(2) $(BTL_FLAGS))
$(BUILD)/$(1)/btl: $(addprefix $(BUILD)/$(1)/btl-o/,$(BTL_OBJ)) $(BUILD)/$(1)/libbtl.a \
		$(call kept,$(BUILD)/$(1)/btl.parts,$(BTL_OBJ))
	$(2) $$(filter %.o %.a,$$^) -pthread -lm $(HOST_LDFLAGS) -o $$@
endef
$(eval $(call btl_variant,host,gcc $(HOST_CFLAGS)))
$(eval $(call btl_variant,test-gcc,gcc -O1 -g $(SANITIZE)))

## Build the host program, build/host/btl.
btl: $(BUILD)/host/btl

.PHONY: btl

include tests/btl/btl.mk

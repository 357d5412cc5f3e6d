# core/ is compiled once for each program that links it: a variant is a compiler and its flags.
# A folder is a step of a boot.
CORE_C := $(sort $(wildcard core/*/*.c))
CORE_FLAGS := $(CSTD) $(WARN) -ffreestanding -fno-common

# $(call core_variant,NAME,COMPILER,FLAGS): build/NAME/libbtl.a
core_variant = $(call compile,$(BUILD)/$(1)/core/%.o,core/%.c,$(2) $(CORE_FLAGS) $(3))$(call \
	archive,$(BUILD)/$(1)/libbtl.a,$(CORE_C:core/%.c=$(BUILD)/$(1)/core/%.o))

# Flags for host programs that are installed. A package replaces them by its distribution's.
HOST_CFLAGS ?= -O2 -g
HOST_LDFLAGS ?=

# Variants: fast, for host programs; with sanitizers and by both compilers, for tests; for fuzzers.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DBTL_ASSERTIONS
$(call core_variant,host,gcc,$(HOST_CFLAGS))
$(call core_variant,test-gcc,gcc,-O1 -g $(SANITIZE))
$(call core_variant,test-clang,clang,-O1 -g $(SANITIZE))
$(call core_variant,fuzz,clang,-O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link)

## Build core/ as a library for host programs: build/host/libbtl.a.
libbtl: $(BUILD)/host/libbtl.a
.PHONY: libbtl

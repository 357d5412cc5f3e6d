# make bench        measure what the steps of a boot cost in core/ for 10 to 10,000 generated modules:
#                   basic blocks, memory, and time (which depends on the machine's load)
# make bench-check  measure blocks and memory only, which are equal in each run; fail if a step's cost
#                   for each module grows with the number of modules, or if the instructions of the whole
#                   loader for one more module exceed the limits of bench/loader.py
$(call core_variant,counted,clang,-O1 -g -fsanitize-coverage=trace-pc)

BENCH_O := $(patsubst %,$(BUILD)/bench/%.o,bench_core steps generate elf_builder plan_shapes)
BENCH_CC := gcc $(CSTD) $(WARN) -Itests/unit/support -O2 -g

$(call compile,$(BUILD)/bench/%.o,bench/%.c,$(BENCH_CC))
$(call compile,$(BUILD)/bench/%.o,tests/unit/support/%.c,$(BENCH_CC))
$(BUILD)/bench/bench_core: $(BENCH_O) $(BUILD)/host/libbtl.a
	gcc $^ -o $@
$(BUILD)/bench/bench_counted: $(BENCH_O) $(BUILD)/counted/libbtl.a
	gcc $^ -o $@

## Measure what the steps of a boot cost in core/.
bench: $(BUILD)/bench/bench_core bench-check
	$<
## Fail when a step costs more for each module the more modules there are, or the loader more than its limit.
bench-check: $(BUILD)/bench/bench_counted $(BUILD)/bench/bench_loader
	$< --check
	$(PYTHON) bench/loader.py $(BUILD)/bench/bench_loader
.PHONY: bench bench-check

include bench/boot/boot.mk

# make bench        what the steps of a boot cost in core/ for each of 10 to 10,000 modules made for it:
#                   basic blocks, memory, and time (which caches and neighbours on the machine bend)
# make bench-check  blocks and memory alone: repeatable to the last digit; fails when a step's cost
#                   per module grows with the number of modules
$(eval $(call core_variant,counted,clang,-O1 -g -fsanitize-coverage=trace-pc))

BENCH_O := $(patsubst %,$(BUILD)/bench/%.o,bench_core steps generate elf_builder plan_shapes)
BENCH_CC := gcc $(CSTD) $(WARN) -Itests/unit/support -O2 -g

$(BUILD)/bench/%.o: bench/%.c
	$(BEGIN)
	$(BENCH_CC) -c $< -o $@
$(BUILD)/bench/%.o: tests/unit/support/%.c
	$(BEGIN)
	$(BENCH_CC) -c $< -o $@
$(BUILD)/bench/bench_core: $(BENCH_O) $(BUILD)/host/libbtl.a
	gcc $^ -o $@
$(BUILD)/bench/bench_counted: $(BENCH_O) $(BUILD)/counted/libbtl.a
	gcc $^ -o $@

bench: $(BUILD)/bench/bench_core bench-check
	$<
bench-check: $(BUILD)/bench/bench_counted
	$< --check
.PHONY: bench bench-check

include bench/boot/boot.mk

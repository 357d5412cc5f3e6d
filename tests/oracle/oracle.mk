# make oracle, make oracle-ia64, make oracle-aarch64: compare the linker with GNU ld; print "N passed, N failed".
ORACLE := $(BUILD)/oracle

$(ORACLE)/link_dump: tests/oracle/link_dump.c $(BUILD)/test-gcc/libbtl.a
	$(BEGIN)
	gcc $(TEST_FLAGS) $(filter %.c %.a,$^) -o $@

## Compare the linker with GNU ld, for x86-64, ia64 and aarch64.
oracle: $(ORACLE)/link_dump
	ASAN_OPTIONS=detect_leaks=0 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/oracle/oracle.py $< $(ORACLE)/cases
oracle-ia64: $(ORACLE)/link_dump
	ASAN_OPTIONS=detect_leaks=0 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/oracle/oracle_ia64.py $< \
		$(ORACLE)/cases-ia64 $(IA64_CROSS)gcc
oracle-aarch64: $(ORACLE)/link_dump
	ASAN_OPTIONS=detect_leaks=0 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/oracle/oracle_aarch64.py $< \
		$(ORACLE)/cases-aarch64
.PHONY: oracle oracle-ia64 oracle-aarch64

# The linker against GNU ld: make oracle prints "N passed, N failed".
ORACLE := $(BUILD)/oracle

$(ORACLE)/link_dump: tests/oracle/link_dump.c $(BUILD)/test-gcc/libbtl.a
	$(BEGIN)
	gcc $(TEST_FLAGS) $(filter %.c %.a,$^) -o $@

oracle: $(ORACLE)/link_dump
	ASAN_OPTIONS=detect_leaks=0 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/oracle/oracle.py $< $(ORACLE)/cases
.PHONY: oracle

# SPDX-License-Identifier: BSD-2-Clause
# make btl-tests: test btl with sanitizers, on trees, images and files; golden outputs are in tests/btl/golden/.
# BTL_SELECT: the expression for pytest's -k; make check excludes the tests that need mtools or valgrind.
btl-tests: $(BUILD)/host/btl $(BUILD)/test-gcc/btl
	BTL=$(BUILD)/test-gcc/btl O=$(O) BUILD=$(BUILD) $(PYTHON) -m pytest -q -n 2 -p no:cacheprovider --ignore-glob="tests/btl/test_ia64*.py" \
		$(if $(BTL_SELECT),-k "$(BTL_SELECT)") tests/btl
.PHONY: btl-tests

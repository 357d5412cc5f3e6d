# SPDX-License-Identifier: BSD-2-Clause
# Long tests of what is built and packaged; make test does not run them.

## Build twice, in two directories, and compare each byte.
test-reproducible:
	@tools/setup.sh build
	@tests/packages/reproducible.sh $(BUILD)/reproducible
.PHONY: test-reproducible

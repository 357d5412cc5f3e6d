# SPDX-License-Identifier: BSD-2-Clause
# Long tests of what is built and packaged; make test does not run them.

## Build twice, in two directories, and compare each byte.
test-reproducible:
	@tools/setup.sh build
	@tests/packages/reproducible.sh $(BUILD)/reproducible

# DEBS=DIR: take the packages that are in DIR.
## Build the Debian packages of HEAD; install, use, upgrade and remove them in a minimal Debian (as root).
test-packages:
	@tools/setup.sh packages
	@tests/packages/packages.sh $(BUILD)/packages $(DEBS)
.PHONY: test-reproducible test-packages

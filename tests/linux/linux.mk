# SPDX-License-Identifier: BSD-2-Clause
# Tests with Debian's kernel. make test runs the short ones, tests/linux/test_*.py.

## Run the long tests: a Debian on a disk, watchdog, Xen, GRUB, times beside systemd-boot (as root).
test-linux:
	@tools/setup.sh linux
	@ARCH=$(ARCH) O=$(O) BUILD=$(BUILD) $(PYTHON) tests/run.py --linux
.PHONY: test-linux

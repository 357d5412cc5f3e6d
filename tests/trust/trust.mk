# SPDX-License-Identifier: BSD-2-Clause
# Sealed images under Secure Boot: OVMF's build with SMM, and Debian's snakeoil keys.

## Boot sealed images under Secure Boot, changed ones too, and behind shim: four minutes.
test-trust: loader kernel modules image btl
	@tools/setup.sh trust
	@ARCH=$(ARCH) O=$(O) BUILD=$(BUILD) $(PYTHON) -m pytest -q -n 2 -p no:cacheprovider tests/trust
.PHONY: test-trust

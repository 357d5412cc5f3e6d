# SPDX-License-Identifier: BSD-2-Clause
# make link-test: compare each byte of `btl link`, on modules and on test objects, with check_link.py.
# BTL_CORPUS=DIR: do so on all .ko files below DIR too, such as those of Debian's linux-image package
# (apt-get download linux-image-6.1.0-N-amd64-unsigned; dpkg-deb -x FILE DIR).
## Compare btl link with an independent linker (BTL_CORPUS=DIR: on all .ko below DIR).
link-test: $(BUILD)/host/btl $(BUILD)/test-gcc/btl
	BTL=$(BUILD)/test-gcc/btl BTL_FAST=$(abspath $(BUILD)/host/btl) O=$(O) BUILD=$(BUILD) BTL_CORPUS=$(BTL_CORPUS) \
		$(PYTHON) -m pytest -q -p no:cacheprovider $(if $(BTL_CORPUS),-rP) tests/btl/test_link.py
.PHONY: link-test

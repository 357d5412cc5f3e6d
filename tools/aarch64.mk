# SPDX-License-Identifier: BSD-2-Clause
# ARCH=aarch64: there are modules, and no loader and no kernel yet (docs/aarch64.md).
ifeq ($(ARCH),aarch64)
CROSS := aarch64-linux-gnu-
AARCH64_GOALS := modules $(O)/modules/% $(BUILD)/host/% clean help format setup
ifneq ($(filter-out $(AARCH64_GOALS),$(or $(MAKECMDGOALS),all)),)
$(error ARCH=aarch64 has no loader and no kernel yet; what can be made is: make modules ARCH=aarch64 (docs/aarch64.md))
endif
endif

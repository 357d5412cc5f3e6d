# SPDX-License-Identifier: BSD-2-Clause
# The host program: $(BUILD)/host/btl, and a second one with sanitizers for the tests.
# make btl, make install (DESTDIR, PREFIX).
BTL_C := $(sort $(wildcard tools/btl/*.c tools/btl/*/*.c))
BTL_OBJ := $(BTL_C:tools/btl/%.c=%.o) messages_text.o
BTL_VERSION := $(VERSION)
BTL_FLAGS := $(CSTD) $(WARN) -iquote tools/btl -D_GNU_SOURCE -DBTL_VERSION_TEXT='"$(BTL_VERSION)"'

# $(call btl_variant,VARIANT OF CORE,COMPILER AND FLAGS)
define btl_variant
$(call compile,$(BUILD)/$(1)/btl-o/%.o,tools/btl/%.c,$(2) $(BTL_FLAGS))
$(call compile,$(BUILD)/$(1)/btl-o/messages_text.o,$(MESSAGES_TEXT),$(2) $(BTL_FLAGS))
$(BUILD)/$(1)/btl: $(addprefix $(BUILD)/$(1)/btl-o/,$(BTL_OBJ)) $(BUILD)/$(1)/libbtl.a \
		$(call kept,$(BUILD)/$(1)/btl.parts,$(BTL_OBJ))
	$(2) $$(filter %.o %.a,$$^) -pthread -lm -o $$@
endef
$(eval $(call btl_variant,host,gcc -O2 -g))
$(eval $(call btl_variant,test-gcc,gcc -O1 -g $(SANITIZE)))

## Build the host program, build/host/btl.
btl: $(BUILD)/host/btl

# Install program, helper, manual pages and completion. DESTDIR is a prefix of every path, for packages.
PREFIX ?= /usr/local
DESTDIR ?=
BTL_MAN := $(sort $(wildcard docs/man/*.[1-9]))
## Install btl, its manual pages and its completion (PREFIX, DESTDIR).
install: $(BUILD)/host/btl
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/btl \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(BUILD)/host/btl $(DESTDIR)$(PREFIX)/bin/btl
	install -m 755 tools/mkimage.sh $(DESTDIR)$(PREFIX)/libexec/btl/mkimage.sh
	install -m 644 tools/btl/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/btl
	install -m 644 tools/btl/completion.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_btl
	install -m 644 tools/btl/completion.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/btl.fish
	for page in $(BTL_MAN); do \
		section=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.} && install -d $$section && \
		install -m 644 $$page $$section/ || exit 1; \
	done
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/btl $(DESTDIR)$(PREFIX)/libexec/btl/mkimage.sh \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/btl \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_btl \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/btl.fish \
		$(foreach page,$(BTL_MAN),$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	-rmdir $(DESTDIR)$(PREFIX)/libexec/btl
.PHONY: btl install uninstall

include tests/btl/btl.mk

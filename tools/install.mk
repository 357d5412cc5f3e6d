# SPDX-License-Identifier: BSD-2-Clause
# make install, make uninstall: the program btl, what a kernel or a module is built with, the loader, and the
# reference kernel with its modules.
#
# PREFIX, LIBDIR: absolute paths. DESTDIR is put in front of every path, for packages.
# ARCH=ia64 installs loader, kernel and modules for ia64; they may stand beside those for x86_64. make uninstall
# takes the same settings.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=
INSTALL_LOADER = $(PREFIX)/lib/btl/efi
INSTALL_KERNEL = $(PREFIX)/lib/btl/$(ARCH)
INSTALL_SDK = $(PREFIX)/share/btl
INSTALL_HOOKS = $(PREFIX)/lib/btl/hooks
INSTALL_MAN = $(PREFIX)/share/man/man

# $(call put,FOLDER,FILES,MODE): install the files.
# $(call put_as,PATH,FILE): install the file by that name.
define put_rule
INSTALL_SOURCES += $(2)
INSTALLED += $(addprefix $(1)/,$(notdir $(2)))
INSTALL_COMMANDS += install -d $(DESTDIR)$(1) && install -m $(or $(3),644) -t $(DESTDIR)$(1) $(2) &&
endef
put = $(if $(2),$(eval $(put_rule)))
define put_as_rule
INSTALL_SOURCES += $(2)
INSTALLED += $(1)
INSTALL_COMMANDS += install -D -m 644 $(2) $(DESTDIR)$(1) &&
endef
put_as = $(eval $(put_as_rule))

# The host program.
$(call put,$(PREFIX)/bin,$(BUILD)/host/btl,755)
$(call put,$(PREFIX)/libexec/btl,tools/mkimage.sh,755)
$(call put_as,$(PREFIX)/share/bash-completion/completions/btl,tools/btl/completion.bash)
$(call put_as,$(PREFIX)/share/zsh/site-functions/_btl,tools/btl/completion.zsh)
$(call put_as,$(PREFIX)/share/fish/vendor_completions.d/btl.fish,tools/btl/completion.fish)
$(foreach section,1 5 7 8 9,$(call put,$(INSTALL_MAN)$(section),$(sort $(wildcard docs/man/*.$(section)))))
# For machines that boot Linux: hooks, in the folders of /etc, and units of systemd.
$(foreach hook,kernel/postinst.d/zz-btl kernel/postrm.d/zz-btl initramfs/post-update.d/btl,$(call \
	put,$(INSTALL_HOOKS)/$(patsubst %/,%,$(dir $(hook))),linux/hooks/$(hook),755))
$(call put,$(PREFIX)/lib/kernel/install.d,linux/hooks/kernel-install/95-btl.install,755)
$(call put,$(PREFIX)/lib/systemd/system,$(sort $(wildcard linux/systemd/*.service)))
# The pages, and the files to which their links lead, in the folders of the source tree.
INSTALL_DOC = $(PREFIX)/share/doc/btl
$(call put,$(INSTALL_DOC),LICENSE loader.conf $(sort $(wildcard *.md)))
$(call put,$(INSTALL_DOC)/include/btl,include/btl/kernel_exports.def)
$(call put,$(INSTALL_DOC)/docs,$(sort $(wildcard docs/*.md)))
$(call put,$(INSTALL_DOC)/docs/pictures,$(sort $(wildcard docs/pictures/*)))
$(foreach page,modules/README.md modules/edu.c tests/boot/frozen/README.md $(sort $(wildcard examples/*/README.md)),$(call \
	put,$(INSTALL_DOC)/$(patsubst %/,%,$(dir $(page))),$(page)))

# The SDK. share/btl has the folders of the source tree, include/ by a link.
$(call put,$(PREFIX)/include/btl,$(sort $(wildcard include/btl/*)))
$(call put,$(LIBDIR),$(BUILD)/host/libbtl.a)
$(foreach folder,$(sort $(dir $(CORE_C))),$(call \
	put,$(INSTALL_SDK)/$(folder:%/=%),$(sort $(wildcard $(addprefix $(folder)*.,c h def)))))
$(call put,$(INSTALL_SDK),tools/btl.mk tools/module.mk $(sort $(wildcard tools/module-*.mk)) docs/manifest.schema.json)
$(foreach arch,$(ARCHITECTURES),$(call put_as,$(INSTALL_SDK)/kernel-$(arch).ld,kernel/arch/$(arch)/kernel.ld) \
	$(call put_as,$(INSTALL_SDK)/mem-$(arch).c,kernel/arch/$(arch)/mem.c))
$(call put,$(INSTALL_SDK)/modules,$(sort $(wildcard modules/*.h)))
$(call put,$(INSTALL_SDK)/modules/template,$(wildcard modules/template/*.c) modules/template/Makefile)
$(foreach folder,$(wildcard examples/*),$(call \
	put,$(INSTALL_SDK)/$(folder),$(sort $(wildcard $(addprefix $(folder)/,*.c *.h *.S *.ld *.conf *.md *.txt Makefile)))))

# Loader, reference kernel and modules of the architecture.
$(call put,$(INSTALL_LOADER),$(EFI_IMAGE))
$(call put,$(INSTALL_KERNEL),$(O)/kernel/stripped/kernel.elf)
$(call put,$(INSTALL_KERNEL)/modules,$(MODULE_KO))
$(O)/kernel/stripped/kernel.elf: $(O)/kernel/kernel.elf
	$(BEGIN)
	$(CROSS)objcopy --strip-debug $< $@

# What make install makes itself.
INSTALL_PC = $(LIBDIR)/pkgconfig/btl.pc
INSTALL_INCLUDE = $(INSTALL_SDK)/include/btl
INSTALLED += $(INSTALL_PC) $(INSTALL_INCLUDE)

## Install btl, the SDK, the loader and the reference kernel (PREFIX, LIBDIR, DESTDIR).
install: $(INSTALL_SOURCES) $(O)/modules/checked
	rm -rf $(DESTDIR)$(INSTALL_SDK)/core # btl.mk compiles every file there: none of an older version stays
	$(INSTALL_COMMANDS) install -d $(DESTDIR)$(dir $(INSTALL_PC)) $(DESTDIR)$(dir $(INSTALL_INCLUDE))
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' tools/btl.pc.in >$(DESTDIR)$(INSTALL_PC)
	ln -sfn ../../../include/btl $(DESTDIR)$(INSTALL_INCLUDE)

# Folders that may stand in every prefix: uninstall leaves them.
INSTALL_SHARED = $(addprefix $(PREFIX)/,bin include lib share share/man)
## Remove what make install has installed.
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	for folder in $(sort $(dir $(INSTALLED))); do \
		folder=$${folder%/}; \
		until case ' $(INSTALL_SHARED) ' in *" $$folder "*) ;; *) ! rmdir $(DESTDIR)$$folder 2>/dev/null ;; esac; do \
			folder=$${folder%/*}; \
		done; \
	done
.PHONY: install uninstall

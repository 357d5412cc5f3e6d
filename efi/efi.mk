# The loader: $(O)/efi/BOOTX64.EFI, and $(O)/efi/loader.elf with its symbols for gdb.
# Shared files compile for every architecture; files of one architecture are in a folder of that name.
# efi/uefi/ needs a machine with UEFI; the other files also run on the tests' mock firmware (tests/mock/).
EFI_OUT := $(O)/efi
LOADER_VERSION := $(VERSION)
EFI_NAME_x86_64 := BOOTX64.EFI
EFI_NAME_ia64 := BOOTIA64.EFI
EFI_SHELL_x86_64 := shellx64.efi
EFI_SHELL_ia64 := shellia64.efi
EFI_IMAGE := $(EFI_OUT)/$(EFI_NAME_$(ARCH))
EFI_CC ?= $(CROSS)gcc
EFI_LD ?= $(CROSS)ld
EFI_OBJCOPY ?= $(CROSS)objcopy
GNU_EFI_x86_64 := /usr/lib /usr/include/efi
GNU_EFI_ia64 := $(IA64_EFI)/lib $(IA64_EFI)/include/efi
GNU_EFI_LIB ?= $(word 1,$(GNU_EFI_$(ARCH)))
GNU_EFI_INCLUDE ?= $(word 2,$(GNU_EFI_$(ARCH)))

# $(call efi_shared,ARCH): the files that also run in the tests.
efi_shared = $(sort $(wildcard efi/*.c efi/menu/*.c efi/hardware/*.c efi/$(1)/*.[cS]))
EFI_SHARED := $(call efi_shared,$(ARCH))
EFI_UEFI := $(sort $(wildcard efi/uefi/*.c efi/uefi/$(ARCH)/*.[cS]))

EFI_FLAGS_x86_64 := -DGNU_EFI_USE_MS_ABI -mno-red-zone -maccumulate-outgoing-args -mgeneral-regs-only
# Use only those floating-point registers that a call of the firmware saves. Unwind tables are useless here.
# No data speculation: a failed check could run the firmware's interrupt vectors.
EFI_FLAGS_ia64 := -mfixed-range=f32-f127 -fno-unwind-tables -mno-sched-ar-data-spec
# gnu-efi's script makes one segment of code and data; the firmware decides about memory protection.
EFI_LD_FLAGS_ia64 := --no-warn-rwx-segments
# The processor has no integer division: libgcc has it.
EFI_LIBS_ia64 = $(shell $(EFI_CC) -print-libgcc-file-name)
EFI_FLAGS := -ffreestanding -fpic -fshort-wchar -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common \
	-fvisibility=hidden -fno-tree-loop-distribute-patterns -O2 -g $(EFI_FLAGS_$(ARCH))
LOADER_FLAGS = -Iefi -DLOADER_VERSION='"$(LOADER_VERSION)"' -DLOADER_NAME='"$(EFI_NAME_$(ARCH))"' \
	-DSHELL_FILE='L"$(EFI_SHELL_$(ARCH))"'

$(call core_variant,$(ARCH)/efi,$(EFI_CC),$(EFI_FLAGS))

EFI_OBJ := $(patsubst efi/%,$(EFI_OUT)/%.o,$(basename $(EFI_SHARED) $(EFI_UEFI))) $(EFI_OUT)/messages_text.o

EFI_COMPILE := $(EFI_CC) $(CSTD) $(WARN) $(EFI_FLAGS) $(LOADER_FLAGS) -isystem $(GNU_EFI_INCLUDE) \
	-isystem $(GNU_EFI_INCLUDE)/$(ARCH)
EFI_ASSEMBLE := $(EFI_CC) -g -Wa,--fatal-warnings -DLINUX_INIT='"$(LINUX_INIT)"' -DLOADER_VERSION='"$(LOADER_VERSION)"'
$(call compile,$(EFI_OUT)/%.o,efi/%.c,$(EFI_COMPILE))
$(call compile,$(EFI_OUT)/%.o,efi/%.S,$(EFI_ASSEMBLE))

$(EFI_OUT)/x86_64/linux_init.o: $(LINUX_INIT)

# The explanations of all messages, from docs/messages.md.
MESSAGES_TEXT := $(BUILD)/gen/messages_text.c
$(MESSAGES_TEXT): docs/messages.md tools/messages_text.awk efi/efi.mk
	$(BEGIN)
	{ printf '#include <btl/messages.h>\nstatic const struct btl_explanation list[] = {\n'; \
	  LC_ALL=C awk -f tools/messages_text.awk $< | LC_ALL=C sort; \
	  printf '};\nconst struct btl_messages btl_messages = {list, BTL_COUNT(list)};\n'; } > $@
$(call compile,$(EFI_OUT)/messages_text.o,$(MESSAGES_TEXT),$(EFI_CC) $(CSTD) $(WARN) $(EFI_FLAGS))

EFI_LINK := $(EFI_LD) $(EFI_LD_FLAGS_$(ARCH)) -shared -Bsymbolic -nostdlib -znocombreloc --no-undefined \
	-T $(GNU_EFI_LIB)/elf_$(ARCH)_efi.lds $(GNU_EFI_LIB)/crt0-efi-$(ARCH).o
$(EFI_OUT)/loader.elf: $(EFI_OBJ) $(EFI_OUT)/libbtl.a $(call kept,$(EFI_OUT)/loader.parts,$(EFI_LINK) $(EFI_OBJ))
	$(EFI_LINK) --warn-common --fatal-warnings $(EFI_OBJ) $(EFI_OUT)/libbtl.a $(GNU_EFI_LIB)/libgnuefi.a $(EFI_LIBS_$(ARCH)) -o $@
# Offsets in the optional header: it has 24 bytes less than what the DOS header points to.
PE_CHECKSUM := 88
PE_DLL_CHARACTERISTICS := 94
# NX_COMPAT: the loader runs with memory that is either writable or executable. Nothing that it allocates is executed
# on x86-64; on ia64 the hand-off code is. The checksum of objcopy is no longer true: 0 means that there is none.
EFI_NX_x86_64 = at=$$(od -An -tu4 -j60 -N4 $@) && \
	printf '\0\0\0\0' | dd of=$@ bs=1 seek=$$((at + $(PE_CHECKSUM))) conv=notrunc status=none && \
	printf '\0\1' | dd of=$@ bs=1 seek=$$((at + $(PE_DLL_CHARACTERISTICS))) conv=notrunc status=none
EFI_NX_ia64 := :
$(EFI_IMAGE): $(EFI_OUT)/loader.elf
	$(EFI_OBJCOPY) -S -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j .rel -j .rela -j '.rel.*' -j '.rela.*' \
		-j .reloc -j .sbat --target efi-app-$(ARCH) --subsystem=10 $< $@
	$(EFI_NX_$(ARCH))

loader: $(EFI_IMAGE)
.PHONY: loader

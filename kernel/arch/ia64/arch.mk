# Flags for the kernel's C: f32 to f127 are disabled (PSR.dfh). The kernel has one gp, but pointers to
# functions are descriptors, because each module has its own gp. Backtraces read the unwind tables.
# Division needs libgcc.
ARCH_KERNEL_FLAGS := -mfixed-range=f32-f127 -fno-pic -fasynchronous-unwind-tables
ARCH_KERNEL_LIBS = $(shell $(KERNEL_CC) -print-libgcc-file-name)
# The kernel is linked at one address: its miss handlers and vectors have absolute addresses in them.
ARCH_KERNEL_LINK := -static
ARCH_KERNEL_LINK_STATIC := -static

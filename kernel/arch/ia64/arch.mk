# How C is compiled for the kernel: f32 to f127 are switched off (PSR.dfh); one gp for all of it, but
# pointers to functions are descriptors all the same, for modules have gps of their own. Backtraces
# read the unwind tables. Division needs libgcc.
ARCH_KERNEL_FLAGS := -mfixed-range=f32-f127 -fno-pic -fasynchronous-unwind-tables
ARCH_KERNEL_LIBS = $(shell $(KERNEL_CC) -print-libgcc-file-name)

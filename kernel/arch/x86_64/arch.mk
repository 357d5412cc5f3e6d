# Flags for the C of a kernel in the top 2 GiB.
ARCH_KERNEL_FLAGS := -m64 -mcmodel=kernel -fno-pic -mno-red-zone -mgeneral-regs-only \
	-fno-asynchronous-unwind-tables -fcf-protection=none
ARCH_KERNEL_LIBS :=

# Flags for the C of a kernel anywhere in the top 2 GiB.
ARCH_KERNEL_FLAGS := -m64 -fPIE -mno-red-zone -mgeneral-regs-only \
	-fno-asynchronous-unwind-tables -fcf-protection=none
ARCH_KERNEL_LIBS :=
# The kernel is position-independent. The code of static modules is not, so a kernel with such modules is linked at one
# address.
ARCH_KERNEL_LINK := -pie -Wl,--defsym=kernel_movable=1,--no-dynamic-linker,-z,text,-z,norelro,-z,nodynamic-undefined-weak
ARCH_KERNEL_LINK_STATIC := -static
